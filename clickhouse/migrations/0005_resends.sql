-- Messages that came once more, between the slice before and this one, and were dropped: duplicates avoided.
ALTER TABLE spendlens.slices ADD COLUMN IF NOT EXISTS resends UInt64 DEFAULT 0 AFTER lost_bodies;

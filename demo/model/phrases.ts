import type { Topic } from './feature.ts';

type Topics = readonly [Topic, ...Topic[]];

/** What people say in the demo. Few and short: what matters is that a reader can tell what a call was about. */
export const topics = {
  support: [
    {
      question: 'My invoice from last week still shows as unpaid although the money left my account on Monday.',
      answer:
        'I am sorry about that. Bank transfers take up to three working days to be matched. Please open Payments, choose "Match by hand" and pick the transfer; the invoice turns to paid at once.',
      more: [
        {
          question: 'I see two transfers with the same amount. Which one is it?',
          answer:
            'Compare the reference: yours carries the invoice number. The other one belongs to a different invoice of the same amount.',
        },
        {
          question: 'Found it, it works now. Can this be automatic next time?',
          answer: 'Yes. Under Settings, Banking, switch on "Match by reference". It then happens within a minute.',
        },
      ],
    },
    {
      question: 'How do I add a colleague who may see reports but not change invoices?',
      answer:
        'Go to Settings, People, Invite. Enter the address, choose the role "Viewer", and send. Viewers see all reports and can change nothing.',
      more: [{ question: 'Does a viewer count as a paid seat?', answer: 'No. Viewers are free on every plan.' }],
    },
    {
      question: 'Order 48213 has not arrived yet. Where is it?',
      answer:
        'Your order left our warehouse yesterday and is with the carrier. It should reach you tomorrow before noon.',
      more: [
        {
          question: 'Could it go to our office instead?',
          answer: "Yes, until this evening. Follow the link in the carrier's message and choose another address.",
        },
      ],
    },
    {
      question: 'Ich kann mich seit dem Update nicht mehr anmelden, der Code aus der App wird abgelehnt.',
      answer:
        'Das liegt fast immer an der Uhr des Telefons. Bitte stellen Sie sie auf "automatisch" und versuchen Sie es mit dem nächsten Code noch einmal.',
      more: [
        {
          question: 'Danke, das war es.',
          answer: 'Gern. Für den Notfall finden Sie unter Sicherheit acht Ersatzcodes zum Ausdrucken.',
        },
      ],
    },
    {
      question: 'The export to CSV drops the umlauts in customer names.',
      answer:
        'The file is UTF-8, while Excel opens CSV files in the local encoding. Use Data, From Text, and choose 65001: Unicode, or export as XLSX.',
    },
  ],
  search: [
    {
      question: 'How long do we keep signed contracts after they end?',
      answer: 'Ten years from the end of the calendar year in which the contract ended [Records policy, p. 4].',
    },
    {
      question: 'Which approval does a purchase above 5,000 euros need?',
      answer: 'Two signatures: the head of the team and somebody from finance [Purchasing, p. 2].',
    },
    {
      question: 'rotate database credentials runbook',
      answer:
        'Create the second user, deploy with it, then drop the first one. The steps stand in the runbook [Database access, p. 7].',
    },
    {
      question: 'Do we have an office in Lisbon?',
      answer: 'The passages name offices in Berlin, Lyon and Porto. They do not mention Lisbon.',
    },
  ],
  review: [
    {
      question:
        'diff --git a/billing/retry.ts b/billing/retry.ts\n@@ -41,6 +41,9 @@\n-    await charge(invoice);\n+    for (let i = 0; i < 3; i++) {\n+      await charge(invoice).catch(log);\n+    }',
      answer:
        'billing/retry.ts:42: the loop charges three times when the first attempt succeeds, since nothing leaves it. A customer is billed threefold. Return after the first success.',
      more: [
        {
          question: 'Fixed with a return. Anything else?',
          answer:
            'billing/retry.ts:43: `catch(log)` swallows the last failure, so the caller sees a success. Rethrow after the third attempt.',
        },
      ],
    },
    {
      question:
        'diff --git a/api/session.ts b/api/session.ts\n@@ -12,3 +12,3 @@\n-  if (timingSafeEqual(a, b)) return user;\n+  if (token === stored) return user;',
      answer:
        'api/session.ts:12: the comparison now ends at the first differing byte, which lets an attacker find the token byte by byte. Keep timingSafeEqual.',
    },
    {
      question:
        'diff --git a/report/month.ts b/report/month.ts\n@@ -8,2 +8,2 @@\n-  const end = addMonths(start, 1);\n+  const end = addDays(start, 30);',
      answer:
        'report/month.ts:8: February gets two days of March and January loses its last day. Reports will not add up. addMonths was right.',
    },
  ],
  invoice: [
    {
      question: 'Extract the fields of the attached invoice.',
      answer:
        '{"supplier":"Papier Koch GmbH","number":"2291-A","date":"2026-03-04","currency":"EUR","net":412.30,"tax":78.34,"gross":490.64,"lines":4}',
    },
    {
      question: 'Extract the fields of the attached invoice. It is a credit note.',
      answer:
        '{"supplier":"Atelier Nord","number":"GS-118","date":"2026-02-27","currency":"EUR","net":-89.00,"tax":-16.91,"gross":-105.91,"lines":1}',
    },
    {
      question: 'Extract the fields of the attached invoice. Amounts are in pounds.',
      answer:
        '{"supplier":"Hollis & Wren Ltd","number":"HW/7712","date":"2026-03-01","currency":"GBP","net":1280.00,"tax":256.00,"gross":1536.00,"lines":9}',
    },
  ],
  meeting: [
    {
      question: 'Summarise the attached transcript.',
      answer:
        'Decisions: the launch moves to the 14th. Open: who owns the migration of old reports. Tasks: Dora asks the two pilot customers by Friday; Emil writes the rollback plan by Wednesday.',
    },
    {
      question: 'Summarise the attached transcript for people who were not there.',
      answer:
        'The group looked at churn. Small customers leave after the second month, mostly before they connect a bank. Decision: the set-up asks for the bank first. Task: Lara drafts the screen by Tuesday.',
    },
  ],
  sql: [
    {
      question: 'Which ten customers grew most against the same month last year?',
      answer:
        'SELECT customer_id, sum(net) FILTER (WHERE month = $1) - sum(net) FILTER (WHERE month = $2) AS growth FROM revenue GROUP BY 1 ORDER BY growth DESC LIMIT 10; It compares two months per customer.',
      more: [
        {
          question: 'Leave out customers that are younger than a year.',
          answer:
            "SELECT … FROM revenue JOIN customers USING (customer_id) WHERE customers.since < now() - interval '1 year' … The join drops the young ones.",
        },
      ],
    },
    {
      question: 'How many invoices were paid late in each country?',
      answer:
        'SELECT country, count(*) FROM invoices WHERE paid_at > due_at GROUP BY country ORDER BY 2 DESC; It counts those paid after their due date.',
    },
  ],
  translation: [
    {
      question: 'Translate to French: Your trial ends in three days. Choose a plan to keep your reports.',
      answer: 'Votre essai se termine dans trois jours. Choisissez une formule pour conserver vos rapports.',
    },
    {
      question: 'Translate to German: The payment was declined by your bank.',
      answer: 'Die Zahlung wurde von Ihrer Bank abgelehnt.',
    },
    {
      question: 'Translate to Spanish: We moved the settings to your profile.',
      answer: 'Hemos trasladado los ajustes a tu perfil.',
    },
    {
      question: 'Translate to Japanese: Download the report as a spreadsheet.',
      answer: 'レポートをスプレッドシートとしてダウンロードします。',
    },
  ],
  email: [
    {
      question: 'Thread: the customer asks to move the renewal to the end of the quarter. Draft a yes.',
      answer:
        'Hello Mr Haddad, that works well for us. I have moved the renewal to the 30th; the terms stay as they are. You will receive the new confirmation today. Kind regards',
    },
    {
      question: 'Thread: a supplier is late for the second time. Draft a firm reply.',
      answer:
        'Hello, the delivery due on the 3rd has not reached us, and it is the second delay this month. Please tell us by tomorrow noon when it will arrive. Regards',
    },
    {
      question: 'Thread: an applicant asks where the process stands. Draft a friendly reply.',
      answer:
        'Dear Ms Ito, thank you for your patience. We are meeting the last candidates this week and will write to you by next Wednesday at the latest. Best wishes',
    },
  ],
  research: [
    {
      question: 'Prepare a page on Kestrel Logistics for the call on Thursday.',
      answer:
        'Plan: 1. size and markets, 2. what they use for invoicing, 3. news of the last six months, 4. who decides.',
      more: [
        {
          question: 'Search: Kestrel Logistics annual report, employees, revenue.',
          answer: 'About 1,900 employees in 11 countries, revenue 410 million euros, growing by 8 % [annual report].',
        },
        {
          question: 'Search: Kestrel Logistics ERP invoicing tender.',
          answer:
            'A tender of last autumn names the replacement of the invoicing tool, decision planned for spring [tender portal].',
        },
        {
          question: 'Write the page.',
          answer:
            'Kestrel Logistics moves parcels between 11 countries and grew by 8 % last year. Its invoicing is up for replacement this spring; the tender asks for VAT in all eleven countries. Decides: head of finance operations. Start with the VAT question.',
        },
      ],
    },
    {
      question: 'Prepare a page on Tinker Studio. They asked for a discount.',
      answer: 'Plan: 1. how they use us today, 2. how large they are, 3. what a fair offer would be.',
      more: [
        {
          question: 'Search: Tinker Studio funding, team size.',
          answer: 'Twelve people, self-funded, three open positions [their careers page].',
        },
        {
          question: 'Write the page.',
          answer:
            'Tinker Studio is small, growing and pays on time. An annual plan at 15 % less than the monthly one suits both sides; a discount on the monthly one does not.',
        },
      ],
    },
  ],
} as const satisfies Record<string, Topics>;

import {
  Boxes,
  Building2,
  ChartNoAxesColumn,
  CircleDollarSign,
  DatabaseZap,
  FileText,
  FlaskConical,
  Layers,
  List,
  type LucideIcon,
  MessagesSquare,
  Route,
  Scale,
  Tags,
  Users,
} from 'lucide-react';
import { Link, useLocation, useSearchParams } from 'react-router';
import { Tip } from '../parts/tip.tsx';
import { sharedSearch } from '../state/view.tsx';
import { Health } from './health.tsx';
import { Logo } from './logo.tsx';
import { railItem } from './rail-item.ts';
import { SignOut } from './sign-out.tsx';
import { ThemeToggle } from './theme-toggle.tsx';

interface Entry {
  readonly to: string;
  readonly title: string;
  readonly icon: LucideIcon;
  /** The path of its value pages, which light up the same entry. */
  readonly one?: string;
}

const groups: readonly { readonly title: string; readonly entries: readonly Entry[] }[] = [
  {
    title: '',
    entries: [
      { to: '/', title: 'Overview', icon: ChartNoAxesColumn },
      { to: '/requests', title: 'Requests', icon: List },
    ],
  },
  {
    title: 'Spend by',
    entries: [
      { to: '/users', one: '/user', title: 'Users', icon: Users },
      { to: '/features', one: '/feature', title: 'Features', icon: Layers },
      { to: '/prompts', one: '/prompt', title: 'Prompts', icon: FileText },
      { to: '/models', one: '/model', title: 'Models', icon: Boxes },
      { to: '/providers', one: '/provider', title: 'Providers', icon: Building2 },
      { to: '/sessions', one: '/session', title: 'Sessions', icon: MessagesSquare },
      { to: '/properties', one: '/property', title: 'Properties', icon: Tags },
    ],
  },
  {
    title: 'Steer',
    entries: [
      { to: '/experiments', title: 'Experiments', icon: FlaskConical },
      { to: '/routes', title: 'Routes', icon: Route },
      { to: '/cache', title: 'Cache', icon: DatabaseZap },
    ],
  },
  {
    title: 'Settings',
    entries: [
      { to: '/prices', title: 'Prices', icon: CircleDollarSign },
      { to: '/reconciliation', title: 'Reconciliation', icon: Scale },
    ],
  },
];

/** `wide` in the sheet of a narrow screen, where icons alone would say too little. */
export function Rail({ wide, onNavigate }: { wide: boolean; onNavigate?: () => void }) {
  const label = wide ? '' : 'max-lg:hidden';
  return (
    <nav aria-label="Pages" className="flex h-full flex-col gap-3 px-2 py-2">
      <Link
        to="/"
        onClick={onNavigate}
        className={`flex h-8 items-center gap-2 rounded-md px-2 ${wide ? '' : 'max-lg:justify-center'}`}
      >
        <Logo />
        <span className={`text-[15px] font-semibold tracking-tight ${label}`}>Spendlens</span>
      </Link>
      <div className="flex-1 overflow-x-hidden overflow-y-auto">
        {groups.map((group) => (
          <div key={group.title} className="mb-3">
            {group.title !== '' && (
              <div className={`px-2 pt-1 pb-1.5 text-micro font-medium text-muted ${label}`}>{group.title}</div>
            )}
            <ul className="flex flex-col gap-px">
              {group.entries.map((entry) => (
                <RailLink key={entry.to} entry={entry} wide={wide} onNavigate={onNavigate} />
              ))}
            </ul>
          </div>
        ))}
      </div>
      <div className="flex flex-col gap-px">
        <Health wide={wide} />
        <ThemeToggle wide={wide} />
        <SignOut wide={wide} />
      </div>
    </nav>
  );
}

function RailLink({ entry, wide, onNavigate }: { entry: Entry; wide: boolean; onNavigate: (() => void) | undefined }) {
  const { pathname } = useLocation();
  const [params] = useSearchParams();
  const Icon = entry.icon;
  const below = entry.to !== '/' && pathname.startsWith(`${entry.to}/`);
  const here = pathname === entry.to || pathname === entry.one || below;
  const link = (
    <Link
      to={`${entry.to}${sharedSearch(params)}`}
      onClick={onNavigate}
      aria-current={here ? 'page' : undefined}
      className={`${railItem(wide)} aria-[current]:bg-selected aria-[current]:font-medium aria-[current]:text-text`}
    >
      <Icon size={16} strokeWidth={1.75} aria-hidden className="shrink-0" />
      <span className={wide ? '' : 'max-lg:sr-only'}>{entry.title}</span>
    </Link>
  );
  return <li>{wide ? link : <RailTip text={entry.title}>{link}</RailTip>}</li>;
}

/** The name beside an icon, only where the icon stands alone. */
function RailTip({ text, children }: { text: string; children: React.ReactNode }) {
  return (
    <Tip side="right" text={text}>
      {children}
    </Tip>
  );
}

import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { NoticesAnswer } from '../backend/api/notice-schema.js';
import { getJson } from './api.js';
import icon from './icon.svg';
import { JobsView } from './jobs/jobs-view.js';
import { ProjectsView } from './projects/projects-view.js';
import { TryView } from './try/try-view.js';
import { Problem } from './ui/problem.js';
import { ThemeButton } from './ui/theme-button.js';

const views: readonly { readonly name: string; readonly title: string }[] = [
  { name: 'try', title: 'Try' },
  { name: 'projects', title: 'Projects' },
  { name: 'jobs', title: 'Jobs' },
];

/** The view that the address names after its #. */
function viewOfAddress(): string {
  const name = location.hash.replace(/^#\/?/, '').split('/')[0];
  return views.find((view) => view.name === name)?.name ?? 'try';
}

/** The whole page. */
export function App(): JSX.Element {
  const [view, setView] = useState(viewOfAddress());
  useEffect(() => {
    const onChange = () => setView(viewOfAddress());
    addEventListener('hashchange', onChange);
    return () => removeEventListener('hashchange', onChange);
  }, []);
  useEffect(() => {
    const title = views.find(({ name }) => name === view)?.title ?? '';
    document.title = `${title} · SAM-I-Am`;
  }, [view]);
  return (
    <>
      <a class="skip" href="#main" onClick={skipToMain}>
        Skip to the content
      </a>
      <header class="top">
        <span class="brand">
          <img src={icon} alt="" width="24" height="24" />
          SAM-I-Am
        </span>
        <nav aria-label="Views">
          {views.map(({ name, title }) => (
            <a key={name} href={`#/${name}`} aria-current={name === view ? 'page' : undefined}>
              {title}
            </a>
          ))}
        </nav>
        <ThemeButton />
      </header>
      <main id="main" tabIndex={-1}>
        <Notices />
        <div hidden={view !== 'try'}>
          <TryView isShown={view === 'try'} />
        </div>
        {view === 'projects' && <ProjectsView />}
        {view === 'jobs' && <JobsView />}
      </main>
    </>
  );
}

/** What whoever runs the server should know; nothing where the server does not answer, which the views say themselves. */
function Notices(): JSX.Element {
  const [notices, setNotices] = useState<NoticesAnswer['notices']>([]);
  useEffect(() => {
    getJson<NoticesAnswer>('api/notices').then(
      (answer) => setNotices(answer.notices),
      () => undefined,
    );
  }, []);
  return (
    <>
      {notices.map((notice) => (
        <Problem key={notice.message} {...notice} />
      ))}
    </>
  );
}

/** The address after # is the view's. */
function skipToMain(event: Event): void {
  event.preventDefault();
  document.getElementById('main')?.focus();
}

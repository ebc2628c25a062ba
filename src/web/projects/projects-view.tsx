import type { JSX } from 'preact';
import type { AccuracyAnswer, ProjectsAnswer } from '../../backend/api/project-schemas.js';
import { Loading } from '../ui/loading.js';
import { Problem } from '../ui/problem.js';
import { usePolled } from '../ui/use-polled.js';
import { ProjectCard } from './project-card.js';

const everyMs = 4000;

/** How well pre-labelling does in each project, and what it has learned there. */
export function ProjectsView(): JSX.Element {
  const projects = usePolled<ProjectsAnswer>('api/projects', everyMs, 'this server does not tell of its projects');
  const accuracy = usePolled<AccuracyAnswer>('accuracy', everyMs * 2, 'this server does not measure accuracy');
  const known = projects.answer?.projects ?? [];
  const entries = accuracy.answer?.annotations ?? [];
  return (
    <div class="page">
      <h1>Projects</h1>
      {projects.problem !== null && <Problem {...projects.problem} />}
      {accuracy.problem !== null && <Problem {...accuracy.problem} />}
      {projects.answer === null && projects.problem === null && <Loading />}
      {projects.answer !== null && known.length === 0 && (
        <section class="card">
          <p>No project is connected yet.</p>
          <p class="hint">
            In Label Studio open a project’s Settings, then Model, then Connect Model, and give the address of this
            server. It appears here when the project is next opened.
          </p>
        </section>
      )}
      {known.map((project) => (
        <ProjectCard
          key={project.id}
          project={project}
          entries={entries.filter((entry) => entry.project.split('.')[0] === String(project.id))}
          onChange={projects.refresh}
        />
      ))}
    </div>
  );
}

//! Many studies in one pool of threads. Threads take the groups of runs of the longest study first and go on with the
//! next study's without waiting for one another, so that none is idle before the last study ends. Each study has the
//! results that it has alone.
//!
//! A thread takes a group only when the memory of all that runs at once stays within the machine's. Groups are begun in
//! order, so a study that is stopped has its first replications, as it would have alone.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::budget::{Budget, Cost, Excess, Machine};
use super::looks::{Looking, Looks, open_expectations};
use super::progress::Counter;
use super::session::{Session, Study};
use super::work::{Done, Group, Work};
use super::{Progress, Stop, StudyError, start};
use crate::results::cube::{Cube, Run};

/// Studies that are run together.
#[derive(Debug)]
pub struct Suite<'s> {
    machine: Machine,
    threads: usize,
    members: Vec<Member<'s>>,
}

/// A study of a suite.
#[derive(Debug)]
struct Member<'s> {
    session: &'s Session,
    /// The most replications, if more are run while an expectation is inconclusive.
    most: Option<u32>,
    cost: Cost,
}

/// A study of a suite that has ended: run to its end, stopped or failed.
#[derive(Debug)]
pub struct Ended {
    /// The study, judged if it is complete. Its `asked` replications are those of the last look that was begun.
    ///
    /// An error is what [`Session::run`] would return.
    pub study: Result<Study, StudyError>,
    /// The looks that were taken, if it was to be run until its expectations are decided.
    pub looks: Option<Looks>,
    /// The time from the beginning of its first replication to the end of its last.
    pub spent: Duration,
}

/// How long the program has run, by a clock that the caller has.
pub type Clock<'c> = &'c (dyn Fn() -> Duration + Sync);

impl<'s> Suite<'s> {
    /// An empty suite for a machine. `threads` is the number to use; 0 means as many as the machine has.
    pub fn new(machine: Machine, threads: usize) -> Self {
        let threads = if threads == 0 { machine.threads } else { threads };
        Self { machine, threads: threads.max(1), members: Vec::new() }
    }

    /// Adds a study. With `most` it is run until its expectations are decided or it has that many replications.
    ///
    /// # Errors
    /// The first limit that the study exceeds. It is not added then.
    pub fn add(&mut self, session: &'s Session, most: Option<u32>) -> Result<(), Excess> {
        let cost = self.check(session, most)?;
        self.members.push(Member { session, most, cost });
        Ok(())
    }

    /// Checks that a study could be added, with the most replications that it may come to have. Returns the cost of its
    /// first look.
    ///
    /// # Errors
    /// The first limit that it exceeds.
    pub fn check(&self, session: &Session, most: Option<u32>) -> Result<Cost, Excess> {
        let cost = |session: &Session| {
            Budget::in_a_suite(session.scenario(), self.machine, self.threads).map(|budget| *budget.cost())
        };
        if let Some(most) = most.filter(|most| *most > session.scenario().experiment.replications) {
            let mut last = session.clone();
            last.set_replications(most);
            cost(&last)?;
        }
        cost(session)
    }

    /// Policies times replications of all studies; more are run while expectations are inconclusive.
    pub fn runs(&self) -> u64 {
        self.members.iter().map(|member| member.cost.runs as u64).sum()
    }

    /// Runs all studies. `finished` is called with each as soon as it has ended, by its place in the order in which
    /// they were added, perhaps by several threads at once. Once `stop` is requested, the replications that have begun
    /// are finished and no others are begun; `finished` is then called for every study as well. `progress` is called by
    /// one thread at a time.
    ///
    /// # Errors
    /// When threads cannot be started.
    pub fn run(
        &self,
        stop: &Stop,
        clock: Clock<'_>,
        progress: &(dyn Fn(Progress) + Sync),
        finished: &(dyn Fn(usize, Ended) + Sync),
    ) -> Result<(), StudyError> {
        let threads = start(self.threads.min(usize::try_from(self.runs()).unwrap_or(usize::MAX)).max(1))?;
        let counter = Counter::new(self.runs(), progress);
        let queue = Queue::of(self, threads.count());
        let units = std::iter::from_fn(|| queue.next(stop));
        threads.each(units, |unit| {
            let began = clock();
            let runs = unit.work.simulate(unit.group, &counter);
            let round = queue.give(&unit, runs, [began, clock()]);
            if let Some((place, ended)) = round.and_then(|round| queue.look(round, &counter)) {
                finished(place, ended);
            }
            queue.release(&unit);
        });
        // Those that were stopped.
        let left = queue.left();
        left.into_iter()
            .filter_map(|round| queue.look(round, &counter))
            .for_each(|(place, ended)| finished(place, ended));
        Ok(())
    }
}

/// How long a study takes, roughly, to order studies: its switches, and its values where it has few.
fn length(cost: &Cost) -> f64 {
    cost.all_switches() + cost.runs * cost.values / 100.0
}

/// What is to be done, shared by the threads.
struct Queue<'s> {
    state: Mutex<State<'s>>,
    /// Signalled when a group is done: there may be memory for another one, or another look.
    done: Condvar,
    memory: f64,
}

struct State<'s> {
    /// The longest study first.
    courses: Vec<Course<'s>>,
    /// Bytes of the groups that are being simulated and of the results of the studies that have begun.
    used: f64,
    running: usize,
}

/// The way of a study through the pool.
struct Course<'s> {
    session: &'s Session,
    /// Its place among the members.
    place: usize,
    has_looks: bool,
    /// Nothing while it is judged, and once it has ended.
    looking: Option<Looking>,
    work: Work<'s>,
    pending: VecDeque<Group>,
    running: usize,
    done: Vec<Done>,
    has_begun: bool,
    /// When its first group began, and when the last that is done ended.
    span: Option<[Duration; 2]>,
    /// Bytes of one thread, and of all results.
    each: f64,
    results: f64,
}

/// A group to be simulated.
struct Unit<'s> {
    course: usize,
    work: Work<'s>,
    group: Group,
}

/// What is done of one look.
struct Round<'s> {
    course: usize,
    looking: Looking,
    work: Work<'s>,
    done: Vec<Done>,
}

impl<'s> Queue<'s> {
    fn of(suite: &Suite<'s>, threads: usize) -> Self {
        let mut order: Vec<(usize, &Member<'s>)> = suite.members.iter().enumerate().collect();
        let length = |member: &Member<'_>| length(&member.cost);
        order.sort_by(|(_, a), (_, b)| length(b).total_cmp(&length(a)));
        let how = super::How { threads, memory: suite.machine.memory / 4, ..super::How::default() };
        let course = |(place, member): (usize, &Member<'s>)| {
            let session = member.session;
            let experiment = &session.scenario().experiment;
            let first = experiment.replications;
            let looking = Looking::new(first, member.most.unwrap_or(first).max(first), experiment.confidence);
            let work = Work::new(session.scenario(), 0..first, how);
            Course {
                session,
                place,
                has_looks: member.most.is_some(),
                looking: Some(looking),
                pending: work.groups().collect(),
                work,
                running: 0,
                done: Vec::new(),
                has_begun: false,
                span: None,
                each: member.cost.counting,
                results: member.cost.shared,
            }
        };
        let courses = order.into_iter().map(course).collect();
        let state = State { courses, used: 0.0, running: 0 };
        Self { state: Mutex::new(state), done: Condvar::new(), memory: suite.machine.memory as f64 }
    }

    fn state(&self) -> MutexGuard<'_, State<'s>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next group, once there is memory for it. `None` if there is none and no group that runs can add one.
    fn next(&self, stop: &Stop) -> Option<Unit<'s>> {
        let mut state = self.state();
        loop {
            if stop.is_requested() {
                state.courses.iter_mut().for_each(Course::begin_no_replication);
            }
            let next = state.courses.iter().position(|course| !course.pending.is_empty());
            let needs = next.map_or(0.0, |next| state.courses[next].needs());
            match next {
                None if state.running == 0 => return None,
                Some(next) if state.running == 0 || state.used + needs <= self.memory => {
                    state.used += needs;
                    state.running += 1;
                    let course = &mut state.courses[next];
                    course.has_begun = true;
                    course.running += 1;
                    let group = course.pending.pop_front()?;
                    return Some(Unit { course: next, work: course.work.clone(), group });
                }
                // Only what runs can free memory or add groups.
                _ => state = self.done.wait(state).unwrap_or_else(PoisonError::into_inner),
            }
        }
    }

    /// Takes the runs of a group; the round if no more groups of it are wanted. None are after one that failed.
    fn give(&self, unit: &Unit<'s>, runs: Result<Vec<Run>, StudyError>, took: [Duration; 2]) -> Option<Round<'s>> {
        let mut state = self.state();
        let course = &mut state.courses[unit.course];
        if runs.is_err() {
            course.pending.clear();
        }
        course.done.push((unit.group, runs));
        let [began, ended] = course.span.unwrap_or(took);
        course.span = Some([began.min(took[0]), ended.max(took[1])]);
        course.running -= 1;
        if course.running > 0 || !course.pending.is_empty() {
            return None;
        }
        course.round(unit.course)
    }

    /// Judges a round. If that is not the end of the study, the groups of another look are added.
    fn look(&self, round: Round<'s>, counter: &Counter<'_>) -> Option<(usize, Ended)> {
        let Round { course: at, mut looking, work, mut done } = round;
        done.sort_by_key(|(group, _)| *group);
        let session = self.state().courses[at].session;
        let open = |cube: &Cube, level| open_expectations(&session.verdicts(cube, level));
        let taken = work.cube(done).and_then(|cube| Ok(looking.take(cube, open)?));
        let mut state = self.state();
        let course = &mut state.courses[at];
        if let Some(wanted) = looking.wanted().filter(|_| taken.is_ok()) {
            course.work = work.with(wanted);
            course.pending = course.work.groups().collect();
            course.looking = Some(looking);
            counter.extend(course.work.runs());
            return None;
        }
        let (place, has_looks) = (course.place, course.has_looks);
        let spent = course.span.map_or(Duration::ZERO, |[began, ended]| ended.saturating_sub(began));
        let freed = if course.has_begun { course.results } else { 0.0 };
        state.used -= freed;
        drop(state);
        let asked = looking.size();
        let (known, looks) = looking.end();
        let cube = taken.and_then(|()| known.map_or_else(|| work.cube(Vec::new()), Ok));
        let study = cube.map(|cube| session.study(cube, asked, &looks));
        Some((place, Ended { study, looks: has_looks.then_some(looks), spent }))
    }

    /// Gives back the memory of a group.
    fn release(&self, unit: &Unit<'s>) {
        let mut state = self.state();
        state.used -= state.courses[unit.course].each;
        state.running -= 1;
        self.done.notify_all();
    }

    /// What is done of the studies that have not ended.
    fn left(&self) -> Vec<Round<'s>> {
        let mut state = self.state();
        state.courses.iter_mut().enumerate().filter_map(|(at, course)| course.round(at)).collect()
    }
}

impl<'s> Course<'s> {
    /// Bytes that its next group takes: with the first also those of all its results.
    fn needs(&self) -> f64 {
        self.each + if self.has_begun { 0.0 } else { self.results }
    }

    /// Keeps only the groups of the replication that has begun.
    fn begin_no_replication(&mut self) {
        let begun = self.pending.iter().take_while(|group| group.continues_a_replication()).count();
        self.pending.truncate(begun);
    }

    /// What is done of its look, to be judged.
    fn round(&mut self, course: usize) -> Option<Round<'s>> {
        let looking = self.looking.take()?;
        Some(Round { course, looking, work: self.work.clone(), done: std::mem::take(&mut self.done) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::expectation::Status;
    use crate::study::progress::PARTS;

    const MACHINE: Machine = Machine { memory: 4 << 30, threads: 4 };

    fn incident(replications: u32, more: &str) -> Session {
        let text = include_str!("../../scenarios/dp072-fifty-days.toml").to_owned() + more;
        let mut session = Session::of_text("a", "a", &text).expect("a valid scenario");
        session.set_replications(replications);
        session
    }

    /// Chases take a time that is drawn in each replication.
    const CHASED: &str = "\n[[policy]]\nid = \"chased\"\nuse = [{ mitigation = \"4\" }]\n";
    const LATE: &str = "\n[[expect]]\nthat = \"leaked-reads.delivered.total > 100\"\nkind = \"golden\"\n";

    /// Runs the studies. Returns what they came to, by place, and the order in which they ended.
    fn run(sessions: &[Session], machine: Machine, threads: usize, stop: &Stop) -> (Vec<Ended>, Vec<usize>) {
        let mut suite = Suite::new(machine, threads);
        sessions.iter().for_each(|session| suite.add(session, None).expect("within all limits"));
        let ended = Mutex::new(Vec::new());
        let finished = |place, study: Ended| ended.lock().expect("no panic").push((place, study));
        suite.run(stop, &|| Duration::ZERO, &|_| (), &finished).expect("threads");
        let mut ended = ended.into_inner().expect("no panic");
        let order = ended.iter().map(|(place, _)| *place).collect();
        ended.sort_by_key(|(place, _)| *place);
        (ended.into_iter().map(|(_, study)| study).collect(), order)
    }

    #[test]
    fn each_study_has_the_results_that_it_has_alone_with_any_number_of_threads() {
        let sessions = [incident(3, ""), incident(12, CHASED), incident(1, CHASED)];
        let alone = sessions.each_ref().map(|session| {
            let budget = session.budget(MACHINE, 1).expect("within all limits");
            session.run(&budget, &Stop::default(), &|_| ()).expect("conservation holds")
        });
        for threads in 1..=3 {
            let (ended, _) = run(&sessions, MACHINE, threads, &Stop::default());
            let together: Vec<Study> =
                ended.into_iter().map(|ended| ended.study.expect("conservation holds")).collect();
            assert_eq!(together, alone, "{threads} threads");
        }
    }

    #[test]
    fn the_longest_study_begins_and_with_one_thread_ends_first() {
        let sessions = [incident(1, ""), incident(9, CHASED), incident(3, "")];
        assert_eq!(run(&sessions, MACHINE, 1, &Stop::default()).1, [1, 2, 0]);
    }

    #[test]
    fn a_suite_that_is_stopped_before_it_begins_ends_every_study_without_results() {
        let stop = Stop::default();
        stop.request();
        let (ended, _) = run(&[incident(3, ""), incident(2, CHASED)], MACHINE, 2, &stop);
        let done: Vec<(usize, u32)> = ended
            .iter()
            .map(|ended| ended.study.as_ref().expect("no failure"))
            .map(|study| (study.cube.n(), study.asked))
            .collect();
        assert_eq!(done, [(0, 3), (0, 2)]);
    }

    #[test]
    fn a_stopped_study_keeps_its_first_replications_and_the_next_one_does_not_begin() {
        let sessions = [incident(1, ""), incident(50, CHASED)];
        let mut suite = Suite::new(MACHINE, 2);
        sessions.iter().for_each(|session| suite.add(session, None).expect("within all limits"));
        let (stop, ended) = (Stop::default(), Mutex::new(vec![None; 2]));
        let progress = |progress: Progress| {
            if progress.done >= 4 * PARTS {
                stop.request();
            }
        };
        let finished = |place: usize, of: Ended| ended.lock().expect("no panic")[place] = of.study.ok();
        suite.run(&stop, &|| Duration::ZERO, &progress, &finished).expect("threads");
        let ended: Vec<Study> = ended.into_inner().expect("no panic").into_iter().flatten().collect();
        assert!((2..=5).contains(&ended[1].cube.n()), "{}", ended[1].cube.n());
        assert_eq!((ended[0].cube.n(), ended[1].cube.replications()[0]), (0, 0));
        let budget = sessions[1].budget(MACHINE, 1).expect("within all limits");
        let whole = sessions[1].run(&budget, &Stop::default(), &|_| ()).expect("conservation holds");
        assert_eq!(ended[1].cube.runs(1), &whole.cube.runs(1)[..ended[1].cube.n()]);
    }

    #[test]
    fn studies_that_do_not_fit_into_memory_together_run_one_after_another() {
        let sessions = [incident(4, CHASED), incident(6, CHASED)];
        let needed = |session: &Session| session.budget(MACHINE, 1).expect("within all limits").cost().memory();
        let memory = sessions.iter().map(needed).fold(0.0, f64::max) as u64 + 1;
        let (ended, _) = run(&sessions, Machine { memory, ..MACHINE }, 3, &Stop::default());
        assert!(ended.iter().all(|ended| ended.study.as_ref().is_ok_and(Study::is_complete)));
    }

    #[test]
    fn an_open_expectation_gets_more_replications_and_a_decided_one_does_not() {
        // Chases take a time that is drawn, so that the mean has an interval: from 30 replications.
        let statistical = |limit: &str, kind: &str| {
            format!(
                "{CHASED}[[expect]]\nthat = \"unwanted-alerts.delivered.total {limit}\"\npolicy = \"chased\"\n\
                 kind = \"{kind}\"\n"
            )
        };
        let sessions = [incident(8, &statistical("> 0", "statistical")), incident(8, &statistical("> 0", "golden"))];
        let mut suite = Suite::new(MACHINE, 2);
        sessions.iter().for_each(|session| suite.add(session, Some(240)).expect("within all limits"));
        let ended = Mutex::new(Vec::new());
        let finished = |place, of: Ended| ended.lock().expect("no panic").push((place, of));
        suite.run(&Stop::default(), &|| Duration::ZERO, &|_| (), &finished).expect("threads");
        let mut ended = ended.into_inner().expect("no panic");
        ended.sort_by_key(|(place, _)| *place);
        let sizes = ended.iter().map(|(_, of)| of.looks.clone().expect("looks").replications).collect::<Vec<_>>();
        assert_eq!(sizes, [vec![8, 16, 32], vec![8]]);
        let study = ended[0].1.study.as_ref().expect("conservation holds");
        assert_eq!((study.asked, study.cube.n()), (32, 32));
        assert!(study.verdicts.iter().any(|verdict| verdict.verdict == Status::Pass && verdict.n == 32));
    }

    #[test]
    fn a_study_whose_expectation_fails_is_judged_like_any_other() {
        let (ended, _) = run(&[incident(1, LATE)], MACHINE, 1, &Stop::default());
        let study = ended[0].study.as_ref().expect("conservation holds");
        assert_eq!(study.verdicts.last().map(|verdict| verdict.verdict), Some(Status::Fail));
    }
}

//! A study from a scenario's text to its verdicts, as an application needs it. Nothing here prints; every failure is an
//! error that is returned.
//!
//! ```
//! use meterchurn::study::Stop;
//! use meterchurn::study::budget::Machine;
//! use meterchurn::study::session::Session;
//!
//! let text = include_str!("../../scenarios/dp072-fifty-days.toml");
//! let session = Session::of_text("fifty days", "fifty-days", text)?;
//! let budget = session.budget(Machine { memory: 8 << 30, threads: 2 }, 0)?;
//! let study = session.run(&budget, &Stop::default(), &|_| ())?;
//! assert!(study.is_complete());
//! assert_eq!(study.verdicts.len(), session.scenario().expectations.len());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::ops::Range;
use std::path::{Path, PathBuf};

use jiff::civil::Date;

use super::acts::{self, Looked};
use super::budget::{Budget, Excess, Machine};
use super::follow::{Choice, FollowError, Traced, follow};
use super::looks::Looks;
pub use super::source::LoadError;
use super::source::{could_be_shipped, id_of, near, place_of};
use super::stop::Stop;
use super::{Progress, StudyError, judge_at, load, run_range, run_until};
use crate::results::cube::Cube;
use crate::results::expectation::{Expectation, Verdict};
use crate::scenario::diagnostics::{Code, Diagnostic, Files, Finding, Invalid, Lint, Outcome, Place, Sink};
use crate::scenario::include::{Gathered, gather};
use crate::scenario::input::{self, Input, SetError, Setting};
use crate::scenario::places::Section;
use crate::scenario::resolved::{digest, resolved};
use crate::scenario::shipped::{self, Shipped};
use crate::scenario::{BUILT_IN, BUILT_IN_ID, Experiment, Policy, Scenario, Sunset, table};
use crate::text::{listed, nearest, read_stream, visible};

/// What identifies the built-in scenario in messages, instead of the name of a file.
pub const BUILT_IN_NAME: &str = "(built-in)";

/// A scenario that has been loaded and can be studied.
#[derive(Debug, Clone)]
pub struct Session {
    scenario: Scenario,
    files: Files,
    source: String,
    packs: Vec<PathBuf>,
    warnings: Vec<Finding>,
    set: Vec<(String, String)>,
}

/// A scenario with every default filled in. It identifies a study: equal digests mean equal results.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The scenario as a file that gives the same results.
    pub resolved: String,
    /// BLAKE3 of that file, in hex.
    pub digest: String,
}

/// A study that has been run to its end, or until it was asked to stop.
#[derive(Debug, Clone, PartialEq)]
pub struct Study {
    /// The values of the replications that every policy has finished.
    pub cube: Cube,
    /// The scenario's expectations, judged; none if the study is incomplete.
    pub verdicts: Vec<Verdict>,
    /// The replications that the scenario asks for.
    pub asked: u32,
}

impl Study {
    /// Whether all replications are there.
    pub fn is_complete(&self) -> bool {
        self.cube.n() >= self.asked as usize
    }
}

impl Session {
    /// Loads the built-in scenario.
    ///
    /// # Errors
    /// When it is invalid, which a test rules out.
    pub fn built_in() -> Result<Self, LoadError> {
        Self::of_text(BUILT_IN_NAME, BUILT_IN_ID, BUILT_IN)
    }

    /// Loads the scenario that an argument names: a file, a named pipe, `-` for stdin, or the name of a scenario that
    /// comes with the program, unless there is a file of that name. Its id is the file's stem, or `stdin`.
    ///
    /// # Errors
    /// When there is no such scenario, it cannot be read, or it is invalid.
    pub fn open(path: &Path) -> Result<Self, LoadError> {
        if let Some(name) = could_be_shipped(path) {
            return match shipped::by_name(name) {
                Some(Shipped { name, source }) => Self::of_text(name, name, source),
                None => Err(LoadError::Unknown { name: visible(name), near: near(name) }),
            };
        }
        let name = path.display().to_string();
        let bytes = match read_stream(path, table::LARGEST_FILE as u64) {
            Ok(bytes) => bytes,
            Err(source) => return Err(LoadError::unreadable(path, source)),
        };
        let mut sink = Sink::new();
        match table::decode(&bytes, &mut sink) {
            Some(source) => Self::of_file(&name, Some(place_of(path)), &id_of(path), source),
            None => {
                /// Bytes of a file that is not text with which its findings are shown.
                const SHOWN: usize = 4_096;
                let source_text = String::from_utf8_lossy(&bytes[..bytes.len().min(SHOWN)]).into_owned();
                Err(LoadError::Invalid { files: Box::new(Files::one(name, source_text)), invalid: sink.into_invalid() })
            }
        }
    }

    /// Loads a scenario from its text. `name` identifies it in findings, and `id` in results.
    ///
    /// # Errors
    /// When the scenario is invalid.
    pub fn of_text(name: &str, id: &str, source: &str) -> Result<Self, LoadError> {
        Self::of_file(name, None, id, source)
    }

    /// The same of a file, from which packs can be included.
    fn of_file(name: &str, path: Option<&Path>, id: &str, source: &str) -> Result<Self, LoadError> {
        let of = |files, invalid| LoadError::Invalid { files: Box::new(files), invalid };
        let Gathered { files, text, packs } =
            gather(name, path, source).map_err(|(files, invalid)| of(files, invalid))?;
        let (mut scenario, mut warnings) = match load(id, &text) {
            Ok(read) => read,
            Err(invalid) => return Err(of(files, invalid)),
        };
        if !packs.is_empty() {
            scenario.expectations.iter_mut().for_each(|expectation| place(expectation, &files));
            warnings.retain(|finding| !is_of_use_elsewhere(finding, &files));
        }
        Ok(Self { scenario, files, source: text, packs, warnings, set: Vec::new() })
    }

    /// What identifies it in messages: the name of its file.
    pub fn name(&self) -> String {
        visible(&self.files.first().name)
    }

    /// The same as it was written, for what makes it harmless itself.
    pub fn file_name(&self) -> &str {
        &self.files.first().name
    }

    /// The text of the scenario, with what was set.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The scenario.
    pub fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// The warnings about it, with their places in its files.
    pub fn warnings(&self) -> Vec<Diagnostic> {
        Diagnostic::all(&self.warnings, &self.files)
    }

    /// What a closer look finds: policies that change nothing at any of some meters, and assumptions that are past
    /// their sunset on a day. It draws meters, but simulates none.
    ///
    /// # Errors
    /// When the market cannot be drawn.
    pub fn closer_look(&self, today: Date) -> Result<Vec<Diagnostic>, StudyError> {
        let mut sink = Sink::new();
        for Sunset { name, last, span } in self.scenario.sunsets.iter().filter(|sunset| sunset.last < today) {
            let message = format!("`{name}` was assumed until {last}, which has passed");
            sink.warning(Lint::Sunset, span.clone(), message, "review the number, and write a later date");
        }
        for (policy, looked_at) in acts::idle_policies(&self.scenario)? {
            let span = self.scenario.places.of_section(Section::Policy(policy));
            let message = format!(
                "the policy `{}` changes nothing: {}",
                visible(&self.scenario.policies[policy].id),
                match looked_at {
                    Looked::AtAll => "it has no effect on any meter of the file".to_owned(),
                    Looked::AtSome(meters) => format!("it has no effect on any of {meters} meters drawn at random"),
                }
            );
            let help = "change its `use`, `scope` or `start` so that a meter is concerned, or leave the policy out";
            sink.warning(Lint::IdlePolicy, span, message, help);
        }
        // What the reader has found is not repeated.
        let known = |finding: &Finding| self.warnings.iter().any(|known| known.span == finding.span);
        let is_new = |finding: &Finding| !known(finding) && !is_of_use_elsewhere(finding, &self.files);
        let found: Vec<Finding> = sink.into_findings().into_iter().filter(is_new).collect();
        Ok(Diagnostic::all(&found, &self.files))
    }

    /// The files that the scenario includes, with all links resolved.
    pub fn packs(&self) -> &[PathBuf] {
        &self.packs
    }

    /// Something to say of one of its expectations, by place, at the lines that have it.
    pub fn of_expectation(&self, place: usize, code: Outcome, message: impl Into<String>) -> Diagnostic {
        let span = self.scenario.expectations.get(place).map_or(0..0, |expectation| expectation.span.clone());
        Diagnostic::at(code, &span, &self.files, message)
    }

    /// The uncertain numbers of the scenario, which [`set`](Self::set) can change.
    pub fn inputs(&self) -> Vec<Input> {
        input::of(&self.scenario)
    }

    /// What was set, as names and values.
    pub fn settings(&self) -> &[(String, String)] {
        &self.set
    }

    /// The same study with some numbers changed. The text of the scenario has the new values, marked as set, and is
    /// read again: its resolved form, digest, assumptions and budget follow. Seed and replications stay. Its warnings
    /// are those that this study does not have.
    ///
    /// ```
    /// use meterchurn::scenario::input::Setting;
    /// use meterchurn::study::session::Session;
    ///
    /// let session = Session::built_in()?;
    /// let nine_tenths = session.set(&[Setting::number("market.calendar-share", 0.9)])?;
    /// assert_eq!(nine_tenths.scenario().market.as_ref().map(|market| market.calendar_share.mean()), Some(0.9));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// When a setting names nothing that can be set, or the scenario would be invalid.
    pub fn set(&self, settings: &[Setting]) -> Result<Self, SetError> {
        if settings.is_empty() {
            return Ok(self.clone());
        }
        let inputs = self.inputs();
        let mut said: Vec<(String, String)> = Vec::new();
        for (name, value) in settings.iter().map(|setting| setting.said(&inputs)) {
            said.retain(|(known, _)| *known != name);
            said.push((name, value));
        }
        let source = input::apply(&self.scenario, &self.source, settings)?;
        let options = || said.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ");
        let mut session = self.again(source).map_err(|invalid| SetError::of_reader(options(), &invalid))?;
        session.set.retain(|(name, _)| said.iter().all(|(other, _)| other != name));
        session.set.extend(said);
        Ok(session)
    }

    /// Reads settings such as `calendar-share=0.72`; see [`Setting::parse`].
    ///
    /// # Errors
    /// The first that cannot be read.
    pub fn parse_settings(&self, texts: &[String]) -> Result<Vec<Setting>, SetError> {
        texts.iter().map(|text| Setting::parse(&self.scenario, text)).collect()
    }

    /// The same study of these policies and the baseline alone, and how many expectations of other policies are left
    /// out. Each policy's results are the same as in the whole study.
    ///
    /// # Errors
    /// When the scenario has no policy of a name.
    pub fn only(&self, policies: &[String]) -> Result<(Self, usize), SetError> {
        if policies.is_empty() {
            return Ok((self.clone(), 0));
        }
        let known = || self.scenario.policies.iter().map(|policy| policy.id.as_str());
        for id in policies {
            if !known().any(|known| known == id) {
                let help = match nearest(id, known()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("write one of {}", listed(known(), "`")),
                };
                return Err(SetError::Unknown { name: id.clone(), help });
            }
        }
        let baseline = self.scenario.experiment.baseline.as_str();
        let kept: Vec<&str> = known().filter(|id| *id == baseline || policies.iter().any(|kept| kept == id)).collect();
        let (source, left_out) = input::only(&self.source, &kept);
        let session = self.again(source).map_err(|invalid| SetError::of_reader(policies.join(" "), &invalid))?;
        Ok((session, left_out))
    }

    /// The same study of another text.
    fn again(&self, source: String) -> Result<Self, Invalid> {
        let (mut scenario, warnings) = load(&self.scenario.id, &source)?;
        let Experiment { seed, replications, .. } = self.scenario.experiment;
        scenario.experiment = Experiment { seed, replications, ..scenario.experiment };
        // They are shown with their lines in the file, not in the text with the changes.
        for expectation in &mut scenario.expectations {
            let same = |known: &&Expectation| (&known.that, &known.policy) == (&expectation.that, &expectation.policy);
            let known = self.scenario.expectations.iter().find(same);
            expectation.line = known.and_then(|known| known.line);
            expectation.pack = known.and_then(|known| known.pack.clone());
        }
        let known = |finding: &Finding| self.warnings.iter().any(|known| known.message == finding.message);
        let warnings = warnings.into_iter().filter(|finding| !known(finding)).collect();
        let files = Files::one(self.name(), source.as_str());
        Ok(Self { scenario, files, source, packs: self.packs.clone(), warnings, set: self.set.clone() })
    }

    /// Replaces the scenario's seed.
    pub fn set_seed(&mut self, seed: u64) {
        self.scenario.experiment.seed = seed;
    }

    /// Replaces the number of replications, at least 1.
    pub fn set_replications(&mut self, replications: u32) {
        self.scenario.experiment.replications = replications;
    }

    /// The scenario as it is run, and its digest.
    pub fn identity(&self) -> Identity {
        let resolved = resolved(&self.scenario, &self.source);
        let digest = digest(&resolved);
        Identity { resolved, digest }
    }

    /// Checks the study against all limits, before anything runs. `threads` is the number to use; 0 means as many as
    /// the machine has and has memory for.
    ///
    /// # Errors
    /// The first limit that it exceeds.
    pub fn budget(&self, machine: Machine, threads: usize) -> Result<Budget, Excess> {
        Budget::of(&self.scenario, machine, threads)
    }

    /// Runs and judges the study. Once `stop` is requested, it finishes the replications that it has begun and judges
    /// nothing. `progress` is called by one thread at a time, and the progress never decreases.
    ///
    /// # Errors
    /// When a conservation law is broken, a sum overflows or threads cannot be started.
    pub fn run(&self, budget: &Budget, stop: &Stop, progress: &(dyn Fn(Progress) + Sync)) -> Result<Study, StudyError> {
        Ok(self.judged(run_until(&self.scenario, budget.how(), stop, progress)?))
    }

    /// Runs the replications with these numbers under every policy, as a study that has them would. Once `stop` is
    /// requested, it finishes those that it has begun.
    ///
    /// # Errors
    /// When a conservation law is broken, a sum overflows or threads cannot be started.
    pub fn replications(
        &self,
        numbers: Range<u32>,
        budget: &Budget,
        stop: &Stop,
        progress: &(dyn Fn(Progress) + Sync),
    ) -> Result<Cube, StudyError> {
        run_range(&self.scenario, numbers, budget.how(), stop, progress)
    }

    /// The study with these results, judged if it is complete.
    pub fn judged(&self, cube: Cube) -> Study {
        self.judged_after(cube, &Looks::default())
    }

    /// The same after looks at these results: what the last one left open is inconclusive.
    pub fn judged_after(&self, cube: Cube, looks: &Looks) -> Study {
        self.study(cube, self.scenario.experiment.replications, looks)
    }

    /// The study with these results of the replications that were `asked` for, judged if it is complete.
    pub(super) fn study(&self, cube: Cube, asked: u32, looks: &Looks) -> Study {
        let mut study = Study { cube, verdicts: Vec::new(), asked };
        if study.is_complete() {
            let verdicts = self.verdicts(&study.cube, self.scenario.experiment.confidence);
            study.verdicts = verdicts.into_iter().map(|verdict| looks.at_most(verdict)).collect();
        }
        study
    }

    /// The scenario's expectations, judged on these results at a confidence level.
    pub fn verdicts(&self, cube: &Cube, level: f64) -> Vec<Verdict> {
        let verdicts = judge_at(&self.scenario, cube, level);
        if self.set.is_empty() { verdicts } else { verdicts.into_iter().map(Verdict::after_a_change).collect() }
    }

    /// Follows one meter under a policy of the scenario: its plan and what happens to it.
    ///
    /// # Errors
    /// When there is no such meter, or the market cannot be drawn.
    pub fn follow(&self, policy: &Policy, replication: u32, choice: Choice) -> Result<Traced, FollowError> {
        follow(&self.scenario, policy, replication, choice)
    }
}

/// How incomplete the results are, in one line; `None` if they hold all replications of the scenario.
pub fn incomplete(scenario: &Scenario, cube: &Cube) -> Option<String> {
    let (done, asked) = (cube.n(), scenario.experiment.replications);
    let unjudged = if scenario.expectations.is_empty() { "" } else { " and expectations are not judged" };
    let stopped = format!("Stopped after {done} of {asked} replications: results are incomplete{unjudged}");
    (done < asked as usize).then_some(stopped)
}

/// Whether a finding is about something in a pack that another scenario may use.
fn is_of_use_elsewhere(finding: &Finding, files: &Files) -> bool {
    let is_about_use = matches!(finding.code, Code::Lint(lint) if lint.is_about_use());
    is_about_use && !std::ptr::eq(files.locate(&finding.span).0, files.first())
}

/// Gives an expectation its line, and the pack that has it.
fn place(expectation: &mut Expectation, files: &Files) {
    let (source, span) = files.locate(&expectation.span);
    expectation.line = Some(Place::of(&source.text, &span).line);
    expectation.pack = (!std::ptr::eq(source, files.first())).then(|| source.name.clone());
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::study::progress::PARTS;

    const MACHINE: Machine = Machine { memory: 4 << 30, threads: 4 };

    /// The incident in twelve replications, with a policy whose chases take a time drawn in each replication.
    fn chased() -> Session {
        let chased = "\n[[policy]]\nid = \"chased\"\nuse = [{ mitigation = \"4\" }]\n";
        let text = include_str!("../../scenarios/dp072-fifty-days.toml").to_owned() + chased;
        let mut session = Session::of_text("a", "a", &text).expect("a valid scenario");
        session.set_replications(12);
        session
    }

    /// The study, asked to stop as soon as this many parts are done.
    fn stopped_after(parts: u64, threads: usize) -> Study {
        let (session, stop) = (chased(), Stop::default());
        let budget = session.budget(MACHINE, threads).expect("within all limits");
        let study = session.run(&budget, &stop, &|progress| {
            if progress.done >= parts {
                stop.request();
            }
        });
        study.expect("conservation holds")
    }

    #[test]
    fn a_stopped_study_keeps_the_first_replications_of_every_policy_as_the_whole_study_has_them() {
        let whole = stopped_after(u64::MAX, 1);
        assert!(whole.is_complete() && whole.cube.n() == 12);
        for threads in [1, 2, 3] {
            let part = stopped_after(4 * PARTS, threads);
            let kept = part.cube.n();
            // Two replications of two policies were done, and those that had begun by then were finished.
            assert!((2..=2 + threads).contains(&kept) && !part.is_complete(), "{threads} threads: {kept}");
            for policy in 0..whole.cube.policies().len() {
                assert_eq!(part.cube.runs(policy), &whole.cube.runs(policy)[..kept]);
            }
            assert_eq!(part.verdicts, []);
        }
    }

    #[test]
    fn a_study_that_is_asked_to_stop_before_it_begins_has_no_replication() {
        let (session, stop) = (chased(), Stop::default());
        stop.request();
        let budget = session.budget(MACHINE, 0).expect("within all limits");
        let study = session.run(&budget, &stop, &|_| ()).expect("nothing fails");
        assert_eq!((study.cube.n(), study.is_complete()), (0, false));
    }

    #[test]
    fn progress_grows_to_the_whole() {
        let session = chased();
        let budget = session.budget(MACHINE, 3).expect("within all limits");
        let seen = Mutex::new(Vec::new());
        session.run(&budget, &Stop::default(), &|p| seen.lock().unwrap().push(p)).expect("conservation holds");
        let seen = seen.into_inner().unwrap();
        assert!(seen.is_sorted_by_key(|progress| progress.done));
        assert_eq!(seen.last().map(|last| (last.done, last.total)), Some((24 * PARTS, 24 * PARTS)));
    }

    #[test]
    fn an_invalid_scenario_is_an_error_that_shows_every_finding() {
        let error = Session::of_text("my.toml", "my", "schema = 2\n").expect_err("invalid").to_string();
        assert!(error.contains("my.toml:1:") && error.contains("\nmy.toml: "), "{error}");
    }

    #[test]
    fn what_is_set_changes_the_identity_and_is_kept_beside_seed_and_replications() {
        let mut session = Session::built_in().expect("a valid scenario");
        session.set_seed(7);
        session.set_replications(3);
        let set = session.set(&[Setting::number("market.gas-share", 0.41)]).expect("a possible value");
        let again = set.set(&[Setting::number("gas-share", 0.42)]).expect("a possible value");
        let experiment = &again.scenario().experiment;
        assert_eq!((experiment.seed, experiment.replications), (7, 3));
        assert_eq!(again.settings(), [("market.gas-share".to_owned(), "0.42".to_owned())]);
        assert_ne!(session.identity().digest, set.identity().digest);
        assert_eq!((again.warnings(), session.settings()), (Vec::new(), [].as_slice()));
        // The source before any setting is kept once.
        let gas = |session: &Session| {
            let all = session.scenario().assumptions.clone();
            all.into_iter().find(|a| a.name == "market.gas-share").expect("an assumption")
        };
        assert_eq!(gas(&again).source, "market.gas-share set to 0.42 instead of 0.41; before: calibration 1.2");
        assert_eq!(gas(&again).kind, crate::model::laws::NumberKind::Assumed);
    }

    #[test]
    fn a_resolved_scenario_with_settings_reads_back_with_its_digest() {
        let session = Session::built_in().expect("a valid scenario");
        let all: Vec<Setting> =
            session.inputs().iter().map(|i| Setting::Input { name: i.name.clone(), level: i.at(0.3) }).collect();
        let identity = session.set(&all).expect("a valid scenario").identity();
        let again = Session::of_text("again", "again", &identity.resolved).expect("a valid scenario");
        assert_eq!(again.identity().digest, identity.digest);
    }

    #[test]
    fn some_policies_alone_keep_the_baseline_and_their_expectations() {
        let session = Session::built_in().expect("a valid scenario");
        let (part, left_out) = session.only(&["black-hole".to_owned()]).expect("a policy");
        let ids: Vec<&str> = part.scenario().policies.iter().map(|policy| policy.id.as_str()).collect();
        assert_eq!(ids, ["baseline", "black-hole"]);
        let all = session.scenario().expectations.len();
        assert_eq!(part.scenario().expectations.len() + left_out, all);
        assert!(part.scenario().expectations.iter().any(|expectation| expectation.policy == "black-hole"));
        assert!(session.only(&["black-hol".to_owned()]).expect_err("no policy").to_string().contains("black-hole"));
    }

    #[test]
    fn every_shipped_scenario_is_loaded_by_its_name_and_an_unknown_name_is_answered_with_the_nearest() {
        for Shipped { name, .. } in shipped::SHIPPED.iter().filter(|shipped| shipped.name != "gb-year") {
            let session = Session::open(Path::new(name)).expect("a valid scenario");
            assert_eq!((session.file_name(), session.scenario().id.as_str()), (*name, *name));
        }
        let error = Session::open(Path::new("decembr-2018")).expect_err("no scenario").to_string();
        assert!(error.contains("did you mean `december-2018`?") && error.contains("list scenarios"), "{error}");
    }
}

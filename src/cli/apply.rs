//! `ostiary apply`.
use super::{Failure, config::layers::Layers, say, work};
use crate::{
    acts::apply::{self, NotApplied, Options, Report, reading::Fault},
    store::Kind,
};
use clap::Args;
use std::{
    io::Read,
    path::{Path, PathBuf},
};

#[derive(Args)]
#[expect(clippy::struct_excessive_bools, reason = "flags of the command line")]
pub struct ApplyArgs {
    /// The state file; - reads standard input
    #[arg(short, long, value_name = "FILE")]
    file: PathBuf,
    /// Say what would happen, and whom it would stop, and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Also lower what the file lowers of this tenant (by slug) or client (client:ID); may be given again
    #[arg(long, value_name = "TENANT", requires = "reason")]
    weaken: Vec<String>,
    /// Why it is lowered; stands in the tenant's log
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// Replace the credentials of people and clients who are here already; development only
    #[arg(long)]
    reseed: bool,
    /// Also take away a tenant's last admin
    #[arg(long)]
    yes: bool,
    /// A deployment that is not there yet becomes one for development
    #[arg(long)]
    dev: bool,
    #[arg(long)]
    json: bool,
}

pub fn run(args: &ApplyArgs, layers: &Layers) -> Result<(), Failure> {
    if args.reason.as_ref().is_some_and(|reason| reason.trim().is_empty()) {
        return Err(Failure::usage("--reason is empty: it stands in the tenant's log, for its admins to read"));
    }
    let name = args.file.display().to_string();
    let text = text_of(&args.file).map_err(|why| Failure::refused(format!("{name} cannot be read: {why}")))?;
    let beside = args.file.parent().map(Path::to_owned).unwrap_or_default();
    let state = apply::read(&text, beside).map_err(|faults| wrong(&name, &faults))?;
    let fresh = if args.dev { Kind::Dev } else { Kind::Live };
    let report = work::with(layers, Some(fresh), async |work| {
        if args.reseed && work.kind == Kind::Live {
            return Err(Failure::refused(
                "--reseed is for development: in production people change their own credentials",
            ));
        }
        let options = Options {
            rehearse: args.dry_run,
            weaken: args.weaken.clone(),
            reason: args.reason.clone().unwrap_or_default(),
            reseed: args.reseed,
            yes: args.yes,
            operator: work::operator(),
        };
        apply::apply(&work.desk, &state, &options).await.map_err(|why| undone(&name, why))
    })?;
    show(args, &report);
    Ok(())
}

fn show(args: &ApplyArgs, report: &Report) {
    if args.json {
        let mut said = serde_json::json!(report);
        if let Some(object) = said.as_object_mut() {
            object.insert("dry_run".into(), args.dry_run.into());
        }
        say(format_args!("{said:#}"));
        return;
    }
    let text = report.to_string();
    if !text.is_empty() {
        say(text.trim_end());
    }
    say(match (report.changes.len(), args.dry_run) {
        (0, _) => "nothing to change".to_owned(),
        (1, false) => "1 change made".to_owned(),
        (n, false) => format!("{n} changes made"),
        (1, true) => "1 change would be made; nothing was".to_owned(),
        (n, true) => format!("{n} changes would be made; nothing was"),
    });
}

fn text_of(file: &Path) -> std::io::Result<String> {
    if file == Path::new("-") {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text)?;
        return Ok(text);
    }
    std::fs::read_to_string(file)
}

/// Nothing of the file called `name` was applied.
pub fn undone(name: &str, why: NotApplied) -> Failure {
    match why {
        NotApplied::Faults(faults) => wrong(name, &faults),
        NotApplied::Store(why) => why.into(),
        why @ (NotApplied::Overtaken | NotApplied::Busy(_)) => Failure::refused(why.to_string()),
    }
}

/// The file called `name` cannot be understood.
pub fn wrong(name: &str, faults: &[Fault]) -> Failure {
    let lines: Vec<String> = faults.iter().map(|fault| format!("  {fault}")).collect();
    Failure::refused(format!("{name}: nothing was applied\n{}", lines.join("\n")))
}

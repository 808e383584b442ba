//! From start to Ctrl-C: the deployment, its people, the sites, the ten lines.
use super::{
    Ports,
    cast::{self, Member, Secrets},
    stage::{Directory, Sites},
};
use crate::{
    acts::{Desk, apply},
    cli::{
        self, DemoArgs,
        config::{
            Mode, Settings, keys,
            layers::{Given, Layers, Origin},
        },
        failure::Failure,
        serve,
    },
    crypto::dice::{self, SystemDice},
};
use std::{io::Write, path::PathBuf, process::ExitCode};

pub fn main(args: &DemoArgs, layers: Layers) -> ExitCode {
    match run(args, layers) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            let _ = writeln!(std::io::stderr(), "ostiary: {failure}");
            failure.code()
        }
    }
}

/// Until Ctrl-C. What was written is removed then, and after a failure.
fn run(args: &DemoArgs, layers: Layers) -> Result<(), Failure> {
    let ports = Ports::from(args.port).ok_or_else(|| Failure::usage("--port: ten ports from there on must exist"))?;
    let dice = SystemDice::new();
    let directory = Directory::make(&dice)?;
    let settings = settings(layers, &ports, &directory)?;
    let draw = || dice::token(&dice).map(|secret| secret.expose().to_owned());
    let secrets = || Ok::<_, crate::crypto::Fault>(Secrets { clinic: draw()?, api: draw()?, ledgerly: draw()? });
    let secrets = secrets().map_err(|fault| Failure::refused(fault.to_string()))?;
    let state = cast::state(&ports, &secrets);
    let people = cast::people(&state).map_err(|fault| Failure::refused(fault.to_string()))?;
    let mails = directory.mails();
    serve::with(settings, async move |desk: Desk| {
        settle(&desk, &state).await?;
        let introduction = introduction(&ports, &people);
        let sites = Sites::open(&desk, &ports, secrets, people, mails).await?;
        cli::say(introduction);
        serve::told_to_stop().await?;
        sites.close().await;
        Ok(())
    })
}

/// The people and the apps come as the operator's would.
async fn settle(desk: &Desk, state: &str) -> Result<(), Failure> {
    let document = "the demo's state";
    let state = apply::read(state, PathBuf::new()).map_err(|faults| cli::apply::wrong(document, &faults))?;
    let options = apply::Options { operator: "demo".to_owned(), ..apply::Options::default() };
    apply::apply(desk, &state, &options).await.map_err(|why| cli::apply::undone(document, why))?;
    Ok(())
}

/// What was configured, as far as the demo leaves room for it: the log and the clock.
fn settings(mut layers: Layers, ports: &Ports, directory: &Directory) -> Result<Settings, Failure> {
    let ours = [
        (&keys::ISSUER, ports.issuer()),
        (&keys::LISTEN, format!("127.0.0.1:{}", ports.issuer)),
        (&keys::ADMIN_LISTEN, format!("127.0.0.1:{}", ports.admin)),
        (&keys::DATABASE_URL, format!("sqlite://{}", directory.database().display())),
        (&keys::KEYS_DIR, directory.keys().display().to_string()),
        (&keys::MAIL_DIR, directory.mails().display().to_string()),
    ];
    let free = [keys::LOG.name, keys::TEST_CLOCK.name];
    layers.given.retain(|name, _| free.contains(name));
    if let Some(log) = layers.given.get_mut(keys::LOG.name).filter(|log| log.origin == Origin::Default) {
        "warn".clone_into(&mut log.value);
    }
    for (key, value) in ours {
        layers.given.insert(key.name, Given { value, origin: Origin::Default });
    }
    Ok(Settings::to_serve(&layers, Mode::Dev)?)
}

/// The ten lines.
fn introduction(ports: &Ports, people: &[Member]) -> String {
    let mut lines = vec![
        "Ostiary's demo is running. Ctrl-C ends it, and nothing is left of it.".to_owned(),
        format!("  {}   Bluegum Notes: a clinic's treatment notes", ports.clinic()),
        format!("  {}   Ledgerly: accounting that insists on 6-digit codes", ports.ledgerly()),
        format!("  {}   the mails that were sent, and everybody's 6-digit code now", ports.viewer()),
        format!("  {}/console/riverside   where Priya ticks the box", ports.issuer()),
    ];
    lines.extend(people.iter().map(|person| {
        let phone = if person.seed.is_some() { "has an authenticator" } else { "has no authenticator yet" };
        format!("  {:<24} {:<26} {}; {phone}", person.email, person.password, person.at.join("; "))
    }));
    lines.join("\n")
}

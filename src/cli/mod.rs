//! The command line: settings, verbs, exit codes. Calls the same acts as pages do; decides nothing itself.
pub mod apply;
pub mod clock;
pub mod config;
mod desk;
pub mod failure;
mod logs;
mod opening;
pub mod serve;
mod settings;
mod verbs;
mod work;

use clap::{ArgMatches, Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use config::{
    Mode,
    keys::KEYS,
    layers::{Layers, Surroundings},
};
use failure::Failure;
use std::{io::Write, path::PathBuf, process::ExitCode};

/// OpenID Connect for software that serves many clinics: no token without the second factor a clinic requires.
#[derive(Parser)]
#[command(name = "ostiary", version, propagate_version = true, arg_required_else_help = true)]
struct Cli {
    /// Configuration file; otherwise ./ostiary.toml or /etc/ostiary/ostiary.toml, if there
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Serve the deployment
    Serve(ServeArgs),
    /// Make what a state file declares: tenants, policies, people, clients, connections
    Apply(apply::ApplyArgs),
    /// Print the deployment as a state file, without secrets
    Export,
    /// Begin a deployment: settings, keys, and a one-time link for the first admin
    Init(verbs::init::InitArgs),
    /// Why somebody gets a token, or does not
    Explain(verbs::explain::ExplainArgs),
    /// What is well and what is not
    Doctor(verbs::doctor::DoctorArgs),
    /// What signs
    #[command(subcommand)]
    Keys(verbs::keys::KeysVerb),
    /// Clinics
    #[command(subcommand)]
    Tenant(verbs::lists::ListVerb),
    /// Relying parties
    #[command(subcommand)]
    Client(verbs::lists::ListVerb),
    /// People
    #[command(subcommand)]
    User(UserVerb),
    /// Try it out: Ostiary, two apps and a clinic's people on this machine, gone with Ctrl-C
    Demo(DemoArgs),
    /// What is configured
    #[command(subcommand)]
    Config(ConfigVerb),
}

#[derive(Args)]
pub struct DemoArgs {
    /// The first of ten ports in a row: Ostiary, the clinic app, Ledgerly, mails and codes
    #[arg(long, default_value_t = 9400)]
    pub port: u16,
}

#[derive(Args)]
struct ServeArgs {
    /// Development, on this machine only: plain http on localhost, a settable clock, mails as files
    #[arg(long)]
    dev: bool,
}

#[derive(Subcommand)]
enum UserVerb {
    /// All of them, or those of a tenant
    List {
        #[arg(long, value_name = "SLUG")]
        tenant: Option<String>,
        #[arg(long)]
        json: bool,
    },
    /// Reset somebody's authenticator in a tenant
    #[command(name = "reset-2fa")]
    Reset(verbs::reset::ResetArgs),
}

#[derive(Subcommand)]
enum ConfigVerb {
    /// Say what is wrong with it, all at once
    Check(ServeArgs),
    /// Show every setting, secrets masked
    Show {
        /// Where each was said
        #[arg(long)]
        origin: bool,
        #[arg(long)]
        json: bool,
    },
}

/// Runs the verb that was asked for. `demo` stands above this room and is handed in.
pub fn main(demo: impl FnOnce(&DemoArgs, Layers) -> ExitCode) -> ExitCode {
    let matches = match command().try_get_matches() {
        Ok(matches) => matches,
        Err(said) => {
            let _ = said.print();
            return ExitCode::from(if said.use_stderr() { 2 } else { 0 });
        }
    };
    let cli = match Cli::from_arg_matches(&matches) {
        Ok(cli) => cli,
        Err(said) => said.exit(),
    };
    let layers = Layers::read(&surroundings(&cli, &matches));
    if let Verb::Demo(args) = &cli.verb {
        return demo(args, layers);
    }
    match run(cli, layers) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            let _ = writeln!(std::io::stderr(), "ostiary: {failure}");
            failure.code()
        }
    }
}

fn run(cli: Cli, layers: Layers) -> Result<(), Failure> {
    match cli.verb {
        Verb::Serve(args) => serve::serve(&layers, mode(&args)),
        Verb::Apply(args) => apply::run(&args, &layers),
        Verb::Export => verbs::export::run(&layers),
        Verb::Init(args) => verbs::init::run(&args, layers, cli.config.as_deref()),
        Verb::Explain(args) => verbs::explain::run(&args, &layers),
        Verb::Doctor(args) => verbs::doctor::run(&args, &layers),
        Verb::Keys(verb) => verbs::keys::run(&verb, &layers),
        Verb::Tenant(verbs::lists::ListVerb::List { json }) => verbs::lists::tenants(json, &layers),
        Verb::Client(verbs::lists::ListVerb::List { json }) => verbs::lists::clients(json, &layers),
        Verb::User(UserVerb::List { tenant, json }) => verbs::lists::users(tenant.as_deref(), json, &layers),
        Verb::User(UserVerb::Reset(args)) => verbs::reset::run(&args, &layers),
        Verb::Config(ConfigVerb::Check(args)) => settings::check(&layers, mode(&args)),
        Verb::Config(ConfigVerb::Show { origin, json }) => settings::show(&layers, origin, json),
        Verb::Demo(_) => Ok(()),
    }
}

fn mode(args: &ServeArgs) -> Mode {
    if args.dev { Mode::Dev } else { Mode::Live }
}

/// The verbs, and every setting as a flag of all of them.
fn command() -> clap::Command {
    let mut command = Cli::command();
    for key in KEYS {
        let flag = clap::Arg::new(key.name).long(key.flag()).value_name(key.form).help(key.help).global(true);
        command = command.arg(flag.help_heading("Settings").hide_short_help(true));
        if let Some(file) = key.file_name {
            let help = format!("A file that holds --{}", key.flag());
            let flag = clap::Arg::new(file).long(file.replace('_', "-")).value_name("FILE").help(help).global(true);
            command = command.arg(flag.help_heading("Settings").hide_short_help(true));
        }
    }
    command
}

fn surroundings(cli: &Cli, matches: &ArgMatches) -> Surroundings {
    let mut around = Surroundings::of(std::env::vars_os());
    around.config.clone_from(&cli.config);
    for name in KEYS.iter().flat_map(|key| [Some(key.name), key.file_name]).flatten() {
        if let Some(value) = matches.get_one::<String>(name) {
            around.flags.insert(name.to_owned(), value.clone());
        }
    }
    around
}

/// One line, or several, on standard output. Whoever reads it may have gone: that is no fault of ours.
pub fn say(text: impl std::fmt::Display) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{text}").and_then(|()| out.flush());
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_command_line_is_sound() {
        super::command().debug_assert();
    }
}

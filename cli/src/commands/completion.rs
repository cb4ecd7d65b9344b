use clap::CommandFactory;

use crate::args::Cli;
use crate::args::completion::CompletionArgs;
use crate::args::shared::{LocalArgs, TableArgs};
use crate::exit::ExitStatus;

pub fn run(args: &CompletionArgs) -> ExitStatus {
    super::local_command(&LocalArgs::default(), &TableArgs::default(), |out| {
        out.write(&script(args.shell))?;
        Ok(ExitStatus::Done)
    })
}

fn script(shell: clap_complete::Shell) -> Vec<u8> {
    let mut script = Vec::new();
    // `help` takes every other command as an argument: a script twice as long, read by every shell that starts.
    let mut command = Cli::command().disable_help_subcommand(true);
    clap_complete::generate(shell, &mut command, "kafkactl", &mut script);
    script
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::{env, fs};

    use clap_complete::Shell;

    use super::script;

    /// The scripts in `completions/` are what `kafkactl completion` prints. UPDATE_GOLDEN=1 writes them.
    #[test]
    fn the_checked_in_scripts_are_current() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../completions");
        for (shell, name) in [
            (Shell::Bash, "kafkactl.bash"),
            (Shell::Zsh, "_kafkactl"),
            (Shell::Fish, "kafkactl.fish"),
            (Shell::Elvish, "kafkactl.elv"),
            (Shell::PowerShell, "_kafkactl.ps1"),
        ] {
            let path = folder.join(name);
            if env::var_os("UPDATE_GOLDEN").is_some() {
                fs::write(&path, script(shell)).unwrap();
            }
            let current = fs::read(&path).unwrap() == script(shell);
            assert!(current, "{name} is out of date: run this test with UPDATE_GOLDEN=1");
        }
    }
}

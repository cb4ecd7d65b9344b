//! Asking before something is destroyed.

use std::io::{self, BufRead, IsTerminal, Write};

use super::session::Session;
use crate::args::shared::ConfirmArgs;
use crate::context::Protect;
use crate::error::CommandError;

/// What to do after asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    Go,
    /// Show what would be done.
    Preview,
}

/// Asks on a terminal, takes `--yes` elsewhere. `deed` is a phrase such as "delete topic orders"; `name` is what a
/// protected context wants typed.
pub fn confirm(
    session: &Session,
    args: &ConfirmArgs,
    deed: &str,
    name: &str,
) -> Result<Decision, CommandError> {
    if args.dry_run {
        return Ok(Decision::Preview);
    }
    session.may_change()?;
    let protected = session.settings.protect == Protect::Confirm;
    if args.yes && !protected {
        return Ok(Decision::Go);
    }
    if !io::stdin().is_terminal() {
        let error = CommandError::refused(format!("not confirmed: {deed}"));
        return Err(if protected {
            error.hint("the context is protected and wants the name typed at a terminal")
        } else {
            error.hint("standard input is no terminal: confirm with --yes, or look first with --dry-run")
        });
    }
    let (question, wanted) = if protected {
        (format!("{deed}: type {name} to confirm: "), &[name][..])
    } else {
        (format!("{deed}? [y/N] "), &["y", "Y", "yes"][..])
    };
    if wanted.contains(&ask(&question)?.as_str()) {
        Ok(Decision::Go)
    } else {
        Err(CommandError::refused(format!("not confirmed: {deed}")))
    }
}

/// [`confirm`] for things of one kind that go with all their `contents`.
pub fn confirm_deletion(
    session: &Session,
    args: &ConfirmArgs,
    noun: &str,
    contents: &str,
    names: &[String],
) -> Result<Decision, CommandError> {
    let list = names.join(", ");
    let plural = if names.len() == 1 { "" } else { "s" };
    confirm(session, args, &format!("delete {noun}{plural} with all {contents}: {list}"), &list)
}

fn ask(question: &str) -> Result<String, CommandError> {
    let failed = |error| CommandError::io("terminal", error);
    let mut stderr = io::stderr();
    stderr.write_all(question.as_bytes()).and_then(|()| stderr.flush()).map_err(failed)?;
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line).map_err(failed)?;
    Ok(line.trim().to_owned())
}

//! The published list of exit codes. Numbers are given here and nowhere else.

use std::process::ExitCode;

/// How a command ends, as a shell sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum ExitStatus {
    /// Done; also a streaming command that INT or TERM ended cleanly.
    Done = 0,
    /// An operation, or any item of it, failed.
    Failed = 1,
    /// The command line, a context file or an input file is wrong.
    Usage = 2,
    /// The cluster cannot be reached, or did not answer in time.
    Unreachable = 3,
    /// Not authenticated or not authorized.
    Denied = 4,
    /// A named thing does not exist.
    NotFound = 5,
    /// A check found a problem.
    CheckFailed = 6,
    /// Refused: protected context, no confirmation, group active.
    Refused = 7,
}

impl ExitStatus {
    /// The name that error objects carry as `kind`.
    pub fn kind(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Usage => "usage",
            Self::Unreachable => "unreachable",
            Self::Denied => "denied",
            Self::NotFound => "not-found",
            Self::CheckFailed => "check-failed",
            Self::Refused => "refused",
        }
    }

    /// The status of a command whose items ended like this: one shared status stays itself, a mixture is `Failed`.
    pub fn of_items(statuses: impl IntoIterator<Item = ExitStatus>) -> Self {
        let mut statuses = statuses.into_iter();
        let Some(first) = statuses.next() else { return Self::Done };
        if statuses.all(|status| status == first) { first } else { Self::Failed }
    }
}

impl From<ExitStatus> for ExitCode {
    fn from(status: ExitStatus) -> Self {
        ExitCode::from(status as u8)
    }
}

/// Printed below every help text of the root command.
pub const EXIT_CODES_HELP: &str = "\
Exit codes:
  0  done; a streaming command ended by INT or TERM
  1  an operation, or any item of it, failed
  2  usage
  3  the cluster cannot be reached or did not answer in time
  4  not authenticated or not authorized
  5  a named thing does not exist
  6  a check found a problem
  7  refused: protected context, no confirmation, group active";

#[cfg(test)]
mod tests {
    use super::ExitStatus::{self, *};

    #[test]
    fn items_decide_the_status_of_the_whole() {
        for (items, whole) in [
            (&[][..], Done),
            (&[NotFound][..], NotFound),
            (&[NotFound, NotFound][..], NotFound),
            (&[NotFound, Denied][..], Failed),
        ] {
            assert_eq!(ExitStatus::of_items(items.iter().copied()), whole, "{items:?}");
        }
    }
}

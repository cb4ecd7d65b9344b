//! How large a reply may grow: a request of some kilobytes can name what takes gigabytes to tell.

use kafkactl_core::wire::ErrorCode;
use kafkactl_core::wire::messages::Encodable;

/// As large as the largest request (`socket.request.max.bytes`), in bytes.
pub(super) const REPLY_BYTES_MAX: usize = 100 << 20;

/// Stands in the place of what the reply has no room for.
pub(super) const NO_ROOM: ErrorCode = ErrorCode::MessageTooLarge;

/// What is left of a reply's size, for the parts that a request names.
pub(super) struct Room {
    version: i16,
    bytes_left: usize,
}

impl Room {
    pub fn new(version: i16) -> Self {
        Self { version, bytes_left: REPLY_BYTES_MAX }
    }

    /// The part, or what stands for it when there is no room left.
    pub fn admit<M: Encodable>(&mut self, part: M, refused: impl FnOnce() -> M) -> M {
        // A part that cannot be encoded fails the reply as a whole, which then says why.
        let bytes = part.compute_size(self.version).unwrap_or(0);
        match self.bytes_left.checked_sub(bytes) {
            Some(left) => {
                self.bytes_left = left;
                part
            }
            None => refused(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use kafkactl_core::wire::messages::describe_groups_response::{DescribedGroup, DescribedGroupMember};

    #[test]
    fn what_does_not_fit_is_refused_and_what_is_smaller_still_comes() {
        let mut room = Room { version: 5, bytes_left: 1_000 };
        let group = |bytes: usize| {
            let member = DescribedGroupMember::default().with_member_metadata(Bytes::from(vec![0; bytes]));
            DescribedGroup::default().with_members(vec![member])
        };
        let refused = || DescribedGroup::default().with_error_code(NO_ROOM.code());
        let told = [600, 600, 200].map(|bytes| room.admit(group(bytes), refused).error_code);
        assert_eq!(told, [0, NO_ROOM.code(), 0]);
    }
}

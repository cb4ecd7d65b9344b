//! What lies in a log's directory when it is opened: leftovers go, interrupted swaps are finished (E5).

use std::collections::{BTreeMap, BTreeSet};

use tracing::warn;

use crate::log::checkpoint::EPOCHS_FILE;
use crate::log::dir::{Dir, EntryKind, remove_if_exists};
use crate::log::error::{Context, Result};
use crate::log::names::{
    CLEANED, DELETED, LOG, OFFSET_INDEX, SNAPSHOT, SWAP, TIME_INDEX, TXN_INDEX, parse_offset_file,
};
use crate::log::segment::{Place, Segment};
use crate::names::Offset;

/// The files of a log, once temporary ones are gone.
#[derive(Debug, Default)]
pub(super) struct Files {
    /// By base offset: the size of the log file, and which indexes there are.
    pub segments: BTreeMap<Offset, Present>,
    pub snapshots: BTreeSet<Offset>,
}

#[derive(Debug, Default)]
pub(super) struct Present {
    pub size_bytes: u64,
    pub offset_index: bool,
    pub time_index: bool,
}

impl Present {
    pub fn has_indexes(&self) -> bool {
        self.offset_index && self.time_index
    }
}

impl Files {
    /// Removes temporary files, finishes or undoes an interrupted swap of segments (E5), and lists what is left.
    pub fn tidy(place: &Place) -> Result<Self> {
        let dir = &place.dir;
        let mut names = file_names(&**dir)?;
        let remove = |name: &str| remove_if_exists(&**dir, name).context("remove", name, &**dir);
        let base_of = |name: &str| parse_offset_file(name).map(|(offset, _)| offset);

        let cleaned_from =
            names.keys().filter(|name| name.ends_with(CLEANED)).filter_map(|name| base_of(name)).min();
        let is_garbage = |name: &str| {
            // Files of Raft snapshots that wait for their removal are Raft's business.
            let is_deleted = name.ends_with(DELETED) && !name.ends_with(".checkpoint.deleted");
            let is_invalid_swap =
                name.ends_with(SWAP) && base_of(name) >= cleaned_from && cleaned_from.is_some();
            is_deleted || name.ends_with(CLEANED) || is_invalid_swap || name == format!("{EPOCHS_FILE}.tmp")
        };
        let garbage: Vec<_> = names.keys().filter(|name| is_garbage(name)).cloned().collect();
        for name in garbage {
            remove(&name)?;
            names.remove(&name);
        }
        finish_swap(place, &mut names)?;

        let mut files = Files::default();
        for (name, size_bytes) in &names {
            if let Some((base_offset, LOG)) = parse_offset_file(name) {
                files.segments.insert(base_offset, Present { size_bytes: *size_bytes, ..Present::default() });
            }
        }
        for name in names.keys() {
            let Some((offset, suffix)) = parse_offset_file(name) else { continue };
            match (suffix, files.segments.get_mut(&offset)) {
                (SNAPSHOT, _) => drop(files.snapshots.insert(offset)),
                (OFFSET_INDEX, Some(present)) => present.offset_index = true,
                (TIME_INDEX, Some(present)) => present.time_index = true,
                (OFFSET_INDEX | TIME_INDEX | TXN_INDEX, None) => {
                    warn!(dir = %dir.path().display(), file = name, "removed an index without a log file");
                    remove(name)?;
                }
                _ => {}
            }
        }
        Ok(files)
    }
}

fn file_names(dir: &dyn Dir) -> Result<BTreeMap<String, u64>> {
    let entries = dir.entries().context("list", "files", dir)?;
    let files = entries.into_iter().filter_map(|entry| match entry.kind {
        EntryKind::File { size_bytes } => Some((entry.name, size_bytes)),
        EntryKind::Directory => None,
    });
    Ok(files.collect())
}

/// `.swap` files are complete replacements for all segments in the range they cover: those go, these take their
/// place.
fn finish_swap(place: &Place, names: &mut BTreeMap<String, u64>) -> Result<()> {
    let dir = &place.dir;
    let swapped = place.with_suffix(SWAP);
    let swaps: Vec<_> = names.keys().filter(|name| name.ends_with(SWAP)).cloned().collect();
    let log_swap = format!("{LOG}{SWAP}");
    let mut range: Option<(Offset, Offset)> = None;
    for name in &swaps {
        let Some((base_offset, _)) = parse_offset_file(name).filter(|(_, suffix)| *suffix == log_swap) else {
            continue;
        };
        let end = Segment::swap_end(&swapped, base_offset, names[name])?;
        range = Some(range.map_or((base_offset, end), |(from, to)| (from.min(base_offset), to.max(end))));
    }
    if let Some((from, to)) = range {
        let replaced = |name: &&String| {
            !name.ends_with(SWAP)
                && parse_offset_file(name).is_some_and(|(offset, _)| offset >= from && offset < to)
        };
        let replaced: Vec<_> = names.keys().filter(replaced).cloned().collect();
        for name in replaced {
            remove_if_exists(&**dir, &name).context("remove", &name, &**dir)?;
            names.remove(&name);
        }
    }
    for name in swaps {
        let Some(final_name) = name.strip_suffix(SWAP) else { continue };
        dir.rename(&name, final_name).context("rename", &name, &**dir)?;
        if let Some(size_bytes) = names.remove(&name) {
            names.insert(final_name.to_owned(), size_bytes);
        }
    }
    Ok(())
}

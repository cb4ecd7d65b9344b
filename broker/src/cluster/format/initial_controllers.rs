//! `--initial-controllers id@host:port:directory,…` (`DynamicVoters`).

use kafkactl_core::names::{BrokerId, uuid_parse};

use crate::cluster::quorum::{ControllerEndpoint, Voter, VoterSet};

/// Reads the voters of a new quorum; all nodes must be formatted with the same.
///
/// The listener is the one that controllers use. Errors say which entry is wrong, and how.
pub fn parse_initial_controllers(text: &str, listener: &str) -> Result<VoterSet, String> {
    let mut voters: Vec<Voter> = Vec::new();
    for entry in text.split(',').map(str::trim).filter(|entry| !entry.is_empty()) {
        let voter = parse_voter(entry, listener)
            .ok_or_else(|| format!("\"{entry}\" is not of the form id@host:port:directory.id"))?;
        if voters.iter().any(|other| other.id == voter.id) {
            return Err(format!("controller {} is named twice", voter.id));
        }
        voters.push(voter);
    }
    if voters.is_empty() {
        return Err("no controller is named".to_owned());
    }
    Ok(VoterSet { voters })
}

fn parse_voter(entry: &str, listener: &str) -> Option<Voter> {
    let (id, address) = entry.split_once('@')?;
    let id: i32 = id.parse().ok().filter(|id| *id >= 0)?;
    let (address, directory) = address.rsplit_once(':')?;
    let (host, port) = address.rsplit_once(':')?;
    let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    let port: u16 = port.parse().ok()?;
    if host.is_empty() || port == 0 {
        return None;
    }
    let endpoint = ControllerEndpoint { listener: listener.to_owned(), host: host.to_owned(), port };
    Some(Voter {
        id: BrokerId(id),
        directory: uuid_parse(directory)?,
        endpoints: vec![endpoint],
        kraft_versions: (0, 1),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_name_node_address_and_directory() {
        let text = "0@example.com:8082:JEXY6aqzQY-32P5TStzaFg,1@[::1]:8083:MvDxzVmcRsaTz33bUuRU6A";
        let voters = parse_initial_controllers(text, "CONTROLLER").unwrap().voters;
        assert_eq!(voters.len(), 2);
        assert_eq!((voters[1].id, voters[1].endpoints[0].host.as_str()), (BrokerId(1), "::1"));
        for wrong in
            ["", "0@a:1", "x@a:1:JEXY6aqzQY-32P5TStzaFg", "0@a:0:JEXY6aqzQY-32P5TStzaFg", "0@a:1:short"]
        {
            assert!(parse_initial_controllers(wrong, "CONTROLLER").is_err(), "{wrong}");
        }
        let twice = "0@a:1:JEXY6aqzQY-32P5TStzaFg,0@b:1:MvDxzVmcRsaTz33bUuRU6A";
        assert_eq!(parse_initial_controllers(twice, "C").unwrap_err(), "controller 0 is named twice");
    }
}

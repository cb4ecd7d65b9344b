//! Hostile bodies: no panic, no abort, and memory only for what is there, over every API, version and direction.
//!
//! A binary of its own, because it counts what the allocator gives out.

#[path = "support/allocation.rs"]
mod allocation;
// Each of the binaries that share it uses a part.
#[allow(dead_code)]
#[path = "wire/bodies.rs"]
mod bodies;
#[path = "wire/made.rs"]
mod made;

use bodies::{Case, decode};
use bytes::Bytes;
use kafkactl_core::wire::{ApiKey, Direction, WireError};
use made::{Definitions, Recipe};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

/// What a body that is refused may make us allocate.
fn refused_bytes_max(body_bytes: usize) -> usize {
    4 * body_bytes + (64 << 10)
}

/// What a body that is accepted may take: the guard's limit, and as much again while vectors of our own bodies grow.
fn accepted_bytes_max(body_bytes: usize) -> usize {
    2 * (32 * body_bytes + (64 << 10))
}

/// Decodes a body and holds what that allocates against the budget. Answers whether the body was accepted.
fn check(api: ApiKey, version: i16, direction: Direction, body: &[u8], what: &str) -> bool {
    let input = Bytes::copy_from_slice(body);
    let (result, peak_bytes) = allocation::peak_bytes(|| decode(api, version, direction, input));
    let name = || format!("{api} {direction} {version}, {what}, body {:x}", Bytes::copy_from_slice(body));
    let (accepted, bytes_max) = match result {
        Ok(()) => (true, accepted_bytes_max(body.len())),
        Err(WireError::Malformed { .. }) => (false, refused_bytes_max(body.len())),
        Err(error) => panic!("{error}: {}", name()),
    };
    assert!(peak_bytes <= bytes_max, "{peak_bytes} bytes allocated, {bytes_max} allowed: {}", name());
    accepted
}

fn check_case(case: &Case, body: &[u8], what: &str) -> bool {
    check(case.api, case.version, case.direction, body, what)
}

fn all_cases() -> Vec<Case> {
    [Direction::Request, Direction::Response].into_iter().flat_map(Case::all).collect()
}

/// Texts and bytes of the edge variants are long, and cutting them everywhere teaches nothing.
const CUT_BYTES_MAX: usize = 200;

#[test]
fn a_body_cut_anywhere_is_refused() {
    for case in all_cases() {
        for end in 0..case.body.len().min(CUT_BYTES_MAX) {
            assert!(!check_case(&case, &case.body[..end], "cut"), "{} cut at {end}", case.name);
        }
    }
}

#[test]
fn bytes_after_the_end_are_ignored() {
    for case in all_cases() {
        assert!(check_case(&case, &[&case.body[..], &[0]].concat(), "longer"), "{}", case.name);
    }
}

/// The largest lengths that there are, in both encodings, over every place of a body.
#[test]
fn huge_lengths_anywhere_allocate_nothing() {
    let lengths: [&[u8]; 4] = [
        &[0x7f, 0xff, 0xff, 0xff],
        &[0xff, 0xff, 0xff, 0xff, 0x0f],
        &[0x7f, 0xff],
        &[0xff, 0xff, 0xff, 0x07],
    ];
    for case in all_cases() {
        for at in 0..case.body.len().min(CUT_BYTES_MAX) {
            for length in lengths {
                let rest = case.body.get(at + length.len()..).unwrap_or(&[]);
                check_case(&case, &[&case.body[..at], length, rest].concat(), "huge length");
            }
        }
    }
}

#[test]
fn changed_bodies_stay_within_the_budget() {
    let seed = rand::random();
    let mut random = StdRng::seed_from_u64(seed);
    let mut accepted = 0;
    for case in all_cases() {
        for _ in 0..40 {
            let mut body = case.body.to_vec();
            for _ in 0..random.random_range(1..4) {
                change(&mut body, &mut random);
            }
            accepted += usize::from(check_case(&case, &body, &format!("seed {seed}")));
        }
    }
    assert!(accepted > 1000, "only {accepted} changed bodies are still bodies");
}

fn change(body: &mut Vec<u8>, random: &mut StdRng) {
    let at = random.random_range(0..=body.len());
    match random.random_range(0..4) {
        0 => body.insert(at, random.random()),
        1 if at < body.len() => drop(body.remove(at)),
        2 if at < body.len() => body[at] = [0x00, 0x01, 0x02, 0x7f, 0x80, 0xff][random.random_range(0..6)],
        _ if at < body.len() => body[at] = random.random(),
        _ => body.push(random.random()),
    }
}

#[test]
fn random_bytes_stay_within_the_budget() {
    let seed = rand::random();
    let mut random = StdRng::seed_from_u64(seed);
    for_all_versions(|api, version, direction| {
        for _ in 0..200 {
            let mut body = vec![0; random.random_range(0..400)];
            random.fill(&mut body[..]);
            // Small numbers are what counts and lengths look like.
            let small = random.random_range(0..3) == 0;
            body.iter_mut().filter(|_| small).for_each(|byte| *byte %= 4);
            check(api, version, direction, &body, &format!("seed {seed}"));
        }
    });
}

/// Every array of every body in turn, with elements as small on the wire as can be, which is where decoding costs
/// most: short ones are accepted, endless ones are not.
#[test]
fn arrays_of_the_smallest_elements_stay_within_the_budget() {
    let definitions = Definitions::read();
    let (mut short, mut refused) = (0, 0);
    for_all_versions(|api, version, direction| {
        for (elements, unknown_tags) in [(1, 0), (100, 0), (10_000, 0), (1, 3), (5_000, 1)] {
            for long_array in 0.. {
                let recipe = Recipe { long_array, elements, unknown_tags };
                let Some(body) = definitions.make(api, version, direction, recipe) else { break };
                let accepted = check(api, version, direction, &body, "small elements");
                assert!(accepted || elements > 100, "{api} {direction} {version} with {elements} elements");
                short += usize::from(elements <= 100);
                refused += usize::from(!accepted);
            }
        }
    });
    assert!(short > 3000 && refused > 250, "{short} short bodies, {refused} refused");
}

fn for_all_versions(mut each: impl FnMut(ApiKey, i16, Direction)) {
    for &api in ApiKey::ALL {
        for version in api.versions() {
            each(api, version, Direction::Request);
            each(api, version, Direction::Response);
        }
    }
}

use super::*;
use crate::client::Endpoint;

/// A member of group `g`, subscribed to `t`, and a clock.
struct World {
    member: Membership,
    now: Instant,
    token: u64,
}

impl World {
    fn new(assignors: &[Assignor], instance_id: Option<&str>) -> Self {
        let config = MembershipConfig {
            group_id: "g".to_owned(),
            instance_id: instance_id.map(str::to_owned),
            assignors: assignors.to_vec(),
            heartbeat_interval: Duration::from_secs(3),
            poll_interval_max: Duration::from_secs(300),
            rack: None,
        };
        let now = Instant::now();
        let mut world = Self { member: Membership::new(config, now), now, token: 0 };
        world.member.subscribe(vec![TopicName::new("t")]);
        world
    }

    /// A follower that the leader has given `partitions`.
    fn stable(assignors: &[Assignor], partitions: &[i32]) -> Self {
        let mut world = Self::new(assignors, None);
        assert_eq!(world.poll(), ["join as ''"]);
        world.join(assignors[0], 1, "other");
        assert_eq!(world.poll(), ["sync 1:"]);
        world.sync(partitions);
        assert_eq!(world.poll(), [format!("assign +{partitions:?} = {partitions:?}")]);
        world
    }

    fn poll(&mut self) -> Vec<String> {
        let (token, actions) = self.member.poll(self.now);
        self.token = token;
        actions.iter().map(told).collect()
    }

    fn pass(&mut self, seconds: u64) {
        self.now += Duration::from_secs(seconds);
    }

    fn join(&mut self, assignor: Assignor, generation: i32, leader: &str) {
        let joined = Joined {
            member_id: "me".to_owned(),
            generation,
            assignor: assignor.name().to_owned(),
            leader: leader.to_owned(),
            skip_assignment: false,
            members: Vec::new(),
        };
        self.member.joined(self.now, self.token, Ok(joined), 0.5);
    }

    fn sync(&mut self, partitions: &[i32]) {
        let partitions: Vec<TopicPartition> =
            partitions.iter().map(|partition| TopicPartition::new("t", *partition)).collect();
        self.member.synced(self.now, self.token, write_assignment(&partitions), 0.5);
    }

    fn heartbeat(&mut self, answer: Result<(), ErrorCode>) {
        let answer = answer.map_err(|code| ClientError::refused("g", code, None));
        self.member.heartbeat_answered(self.now, self.token, answer, 0.5);
    }

    fn beat(&mut self, answer: Result<(), ErrorCode>) {
        self.pass(3);
        assert!(self.poll()[0].starts_with("heartbeat"));
        self.heartbeat(answer);
    }
}

fn told(action: &Action) -> String {
    let numbers = |partitions: &[TopicPartition]| {
        let numbers: Vec<i32> = partitions.iter().map(|partition| partition.partition.0).collect();
        format!("{numbers:?}")
    };
    match action {
        Action::Join(join) => format!("join as '{}'", join.member_id),
        Action::Plan { topics } => format!("plan {topics:?}"),
        Action::Sync(sync) => {
            let assignments = sync
                .assignments
                .iter()
                .map(|(id, assignment)| format!(" {id}={}", numbers(&read_assignment(assignment).unwrap())));
            format!("sync {}:{}", sync.generation, assignments.collect::<String>())
        }
        Action::Heartbeat(heartbeat) => format!("heartbeat {}", heartbeat.generation),
        Action::Leave { member_id, .. } => format!("leave '{member_id}'"),
        Action::Revoke(partitions) => format!("revoke {}", numbers(partitions)),
        Action::Lose(partitions) => format!("lose {}", numbers(partitions)),
        Action::Assign { added, all } => format!("assign +{} = {}", numbers(added), numbers(all)),
        Action::Fail(error) => format!("fail {error}"),
        Action::Report(_) | Action::Resolve { .. } => panic!("not of a classic group: {action:?}"),
    }
}

const NOTHING: [&str; 0] = [];

/// G4: a member without an id is given one and asked to come again.
#[test]
fn a_new_member_is_named_before_it_joins() {
    let mut world = World::new(&[Assignor::Range], None);
    assert_eq!(world.poll(), ["join as ''"]);
    assert_eq!(world.poll(), NOTHING, "one request at a time");
    world.member.named(world.token, "me".to_owned());
    assert_eq!(world.poll(), ["join as 'me'"]);
}

#[test]
fn a_leader_plans_for_all() {
    let mut world = World::new(&[Assignor::Range], None);
    world.poll();
    let topics = [TopicName::new("t"), TopicName::new("u")];
    let metadata = |topics: &[TopicName]| {
        let joining = Joining { topics, owned: &[], before: &[], generation: -1, rack: None };
        write_subscription(Assignor::Range, joining).unwrap()
    };
    let member = |id: &str, topics: &[TopicName]| JoinedMember {
        id: id.to_owned(),
        instance_id: None,
        metadata: metadata(topics),
    };
    let joined = Joined {
        member_id: "me".to_owned(),
        generation: 4,
        assignor: "range".to_owned(),
        leader: "me".to_owned(),
        skip_assignment: false,
        members: vec![member("me", &topics[..1]), member("you", &topics)],
    };
    world.member.joined(world.now, world.token, Ok(joined), 0.5);
    assert_eq!(world.poll(), ["plan {\"t\", \"u\"}"]);
    let counts = BTreeMap::from([(topics[0].clone(), 3)]);
    world.member.planned(world.now, world.token, Ok(counts.clone()), 0.5);
    assert_eq!(world.poll(), ["sync 4: me=[0, 1] you=[2]"]);
    world.sync(&[0, 1]);
    assert_eq!(world.poll(), ["assign +[0, 1] = [0, 1]"]);

    world.member.topics_changed(&counts);
    assert_eq!(world.poll(), NOTHING, "the same numbers are no news");
    world.member.topics_changed(&BTreeMap::from([(topics[0].clone(), 4)]));
    assert_eq!(world.poll(), ["revoke [0, 1]"], "a leader answers new partitions with a rebalance");
}

#[test]
fn heartbeats_go_out_on_time() {
    let mut world = World::stable(&[Assignor::Range], &[0]);
    assert_eq!(world.member.next_deadline(), Some(world.now + Duration::from_secs(3)));
    world.pass(3);
    assert_eq!(world.poll(), ["heartbeat 1"]);
    world.pass(3);
    assert_eq!(world.poll(), NOTHING, "the last is not answered yet");
    world.heartbeat(Ok(()));
    assert_eq!(world.poll(), NOTHING);
    world.beat(Err(ErrorCode::CoordinatorLoadInProgress));
    world.pass(1);
    assert_eq!(world.poll(), NOTHING, "a failure that passes waits for its turn");
    world.beat(Ok(()));
}

#[test]
fn eager_members_give_up_everything_before_they_join_again() {
    let mut world = World::stable(&[Assignor::Range, Assignor::CooperativeSticky], &[0, 1]);
    world.beat(Err(ErrorCode::RebalanceInProgress));
    assert_eq!(world.poll(), ["revoke [0, 1]"]);
    world.beat(Err(ErrorCode::RebalanceInProgress));
    assert_eq!(world.poll(), NOTHING, "the reader is not done yet; heartbeats go on meanwhile");
    world.member.gave_up();
    assert_eq!(world.poll(), ["join as 'me'"]);
    world.join(Assignor::Range, 2, "other");
    world.poll();
    world.sync(&[1]);
    assert_eq!(world.poll(), ["assign +[1] = [1]"]);
}

/// KIP-429: what stays is read on during the rebalance; what goes is given up after it, and a second one hands it over.
#[test]
fn cooperative_members_give_up_only_what_moves() {
    let mut world = World::stable(&[Assignor::CooperativeSticky], &[0, 1, 2]);
    world.beat(Err(ErrorCode::RebalanceInProgress));
    assert_eq!(world.poll(), ["join as 'me'"]);
    world.join(Assignor::CooperativeSticky, 2, "other");
    assert_eq!(world.poll(), ["sync 2:"]);
    world.sync(&[0, 1]);
    assert_eq!(world.poll(), ["revoke [2]"]);
    world.member.gave_up();
    assert_eq!(world.poll(), ["assign +[] = [0, 1]", "join as 'me'"]);
    world.join(Assignor::CooperativeSticky, 3, "other");
    world.poll();
    world.sync(&[0, 1, 5]);
    assert_eq!(world.poll(), ["assign +[5] = [0, 1, 5]"]);
}

#[test]
fn unsubscribed_topics_go_even_from_cooperative_members() {
    let mut world = World::stable(&[Assignor::CooperativeSticky], &[0]);
    world.member.subscribe(vec![TopicName::new("u")]);
    assert_eq!(world.poll(), ["revoke [0]"]);
    world.member.gave_up();
    assert_eq!(world.poll(), ["join as 'me'"]);
}

#[test]
fn the_group_may_go_on_without_us() {
    for (code, rejoins_as) in
        [(ErrorCode::UnknownMemberId, "join as ''"), (ErrorCode::IllegalGeneration, "join as 'me'")]
    {
        let mut world = World::stable(&[Assignor::CooperativeSticky], &[0]);
        world.beat(Err(code));
        assert_eq!(world.poll(), ["lose [0]", rejoins_as], "{code:?}");
        assert_eq!(world.member.identity().0, NO_GENERATION);
    }
}

#[test]
fn losing_while_giving_up_does_not_wait_for_the_reader() {
    let mut world = World::stable(&[Assignor::Range], &[0]);
    world.beat(Err(ErrorCode::RebalanceInProgress));
    assert_eq!(world.poll(), ["revoke [0]"]);
    world.beat(Err(ErrorCode::UnknownMemberId));
    assert_eq!(world.poll(), ["lose [0]", "join as ''"]);
    world.member.gave_up();
    assert_eq!(world.poll(), NOTHING, "the reader's late word changes nothing");
}

#[test]
fn what_cannot_pass_ends_the_membership() {
    let mut world = World::stable(&[Assignor::Range], &[0]);
    world.beat(Err(ErrorCode::FencedInstanceId));
    let actions = world.poll();
    assert_eq!(actions[0], "lose [0]");
    assert!(actions[1].starts_with("fail g: "), "{actions:?}");
    world.pass(1_000);
    assert_eq!(world.poll(), NOTHING);
}

#[test]
fn a_join_that_fails_for_now_is_tried_again() {
    let mut world = World::new(&[Assignor::Range], None);
    world.poll();
    let error = ClientError::Disconnected { endpoint: Endpoint::new("b", 1), reason: "gone".to_owned() };
    world.member.joined(world.now, world.token, Err(error), 0.5);
    assert_eq!(world.poll(), NOTHING);
    assert_eq!(world.member.next_deadline(), Some(world.now + Duration::from_millis(100)));
    world.pass(1);
    assert_eq!(world.poll(), ["join as ''"]);
}

#[test]
fn an_assignor_that_nobody_offered_is_refused() {
    let mut world = World::new(&[Assignor::Range], None);
    world.poll();
    world.join(Assignor::Sticky, 1, "other");
    assert_eq!(
        world.poll(),
        ["fail group \"g\": the group chose the assignor \"sticky\", which was not offered"]
    );
}

#[test]
fn a_reader_that_stays_away_loses_its_place_until_it_is_back() {
    let mut world = World::stable(&[Assignor::Range], &[0]);
    world.member.reader_came();
    world.pass(1_000);
    assert_eq!(world.poll(), ["heartbeat 1"], "a reader that waits is there");
    world.heartbeat(Ok(()));
    world.member.reader_went(world.now);
    world.pass(300);
    assert_eq!(world.poll(), ["leave 'me'", "lose [0]"]);
    world.heartbeat(Ok(()));
    world.pass(1_000);
    assert_eq!(world.poll(), NOTHING);
    world.member.reader_came();
    assert_eq!(world.poll(), ["join as ''"]);
}

/// KIP-345: the place of a static member is kept for it.
#[test]
fn static_members_do_not_leave() {
    let mut dynamic = World::stable(&[Assignor::Range], &[0]);
    assert_eq!(dynamic.member.leave().as_ref().map(told), Some("leave 'me'".to_owned()));
    assert_eq!(dynamic.poll(), NOTHING);

    let mut fixed = World::new(&[Assignor::Range], Some("i"));
    fixed.poll();
    fixed.join(Assignor::Range, 1, "other");
    assert!(fixed.member.leave().is_none());
}

/// KIP-814: a static leader that returns is told that its old plan stands.
#[test]
fn a_returning_leader_does_not_plan_again() {
    let mut world = World::new(&[Assignor::Range], Some("i"));
    world.poll();
    let joined = Joined {
        member_id: "me".to_owned(),
        generation: 4,
        assignor: "range".to_owned(),
        leader: "me".to_owned(),
        skip_assignment: true,
        members: Vec::new(),
    };
    world.member.joined(world.now, world.token, Ok(joined), 0.5);
    assert_eq!(world.poll(), ["sync 4:"]);
}

#[test]
fn a_refused_commit_makes_the_member_look_up() {
    let mut world = World::stable(&[Assignor::CooperativeSticky], &[0]);
    let refusal = |code| ClientError::refused("offsets", code, None);
    world.member.commit_refused(world.now, &refusal(ErrorCode::OffsetMetadataTooLarge));
    assert_eq!(world.poll(), NOTHING);
    world.member.commit_refused(world.now, &refusal(ErrorCode::UnknownMemberId));
    assert_eq!(world.poll(), ["heartbeat 1"]);
    world.heartbeat(Ok(()));
    world.member.commit_refused(world.now, &refusal(ErrorCode::RebalanceInProgress));
    assert_eq!(world.poll(), ["join as 'me'"]);
}

#[test]
fn answers_from_before_a_loss_are_void() {
    let mut world = World::stable(&[Assignor::Range], &[0]);
    world.pass(3);
    assert_eq!(world.poll(), ["heartbeat 1"]);
    let old = world.token;
    world.member.reader_went(world.now);
    world.pass(300);
    world.poll();
    world.member.reader_came();
    assert_eq!(world.poll(), ["join as ''"]);
    world.member.heartbeat_answered(world.now, old, Ok(()), 0.5);
    assert_eq!(world.poll(), NOTHING, "the join is still out");
}

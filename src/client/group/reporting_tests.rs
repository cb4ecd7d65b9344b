use super::*;
use crate::names::Uuid;

const TOPIC: TopicId = TopicId(Uuid::from_u128(7));

/// A member of group `g`, subscribed to `t`, and a clock.
struct World {
    member: ReportingMembership,
    now: Instant,
    token: u64,
}

const NOTHING: [&str; 0] = [];

impl World {
    fn new(instance_id: Option<&str>) -> Self {
        let config = ReportingConfig {
            group_id: "g".to_owned(),
            instance_id: instance_id.map(str::to_owned),
            poll_interval_max: Duration::from_secs(300),
            session_timeout: Duration::from_secs(45),
        };
        let now = Instant::now();
        let mut member = ReportingMembership::new(config, "me".to_owned(), now);
        member.subscribe(Interest::Topics(vec![TopicName::new("t")]));
        Self { member, now, token: 0 }
    }

    /// In the group at epoch 1, with these partitions of `t` taken up and acknowledged.
    fn stable(instance_id: Option<&str>, partitions: &[i32]) -> Self {
        let mut world = Self::new(instance_id);
        assert_eq!(world.poll(), ["report 0 full t owned []"]);
        world.answer(1, Some(partitions));
        if !partitions.is_empty() {
            assert_eq!(world.poll(), ["resolve"]);
            world.resolve(true);
        }
        assert_eq!(world.poll().last().unwrap(), &format!("report 1 owned {partitions:?}"));
        world.answer(1, None);
        assert_eq!(world.poll(), NOTHING);
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

    fn answer(&mut self, epoch: i32, assignment: Option<&[i32]>) {
        let assignment = assignment.map(|indexes| indexes.iter().map(|index| (TOPIC, *index)).collect());
        let reported = Reported { member_id: None, epoch, interval: Duration::from_secs(5), assignment };
        self.member.reported(self.now, self.token, Ok(reported), 0.5);
    }

    fn refuse(&mut self, code: ErrorCode) {
        let error = ClientError::refused("g", code, None);
        self.member.reported(self.now, self.token, Err(error), 0.5);
    }

    fn resolve(&mut self, found: bool) {
        let names = found.then(|| (TOPIC, TopicName::new("t"))).into_iter().collect();
        self.member.resolved(self.now, names, 0.5);
    }
}

fn told(action: &Action) -> String {
    let numbers = |partitions: &[TopicPartition]| {
        let numbers: Vec<i32> = partitions.iter().map(|partition| partition.partition.0).collect();
        format!("{numbers:?}")
    };
    match action {
        Action::Report(report) => {
            let mut text = format!("report {}", report.epoch);
            if report.is_full {
                text += " full";
            }
            match &report.interest {
                Some(Interest::Topics(names)) => names.iter().for_each(|name| text += &format!(" {name}")),
                Some(Interest::Pattern(pattern)) => text += &format!(" /{pattern}/"),
                None => {}
            }
            if let Some(owned) = &report.owned {
                let indexes: Vec<i32> = owned.values().flatten().copied().collect();
                text += &format!(" owned {indexes:?}");
            }
            text
        }
        Action::Resolve { .. } => "resolve".to_owned(),
        Action::Leave { epoch, .. } => format!("leave {}", epoch.unwrap()),
        Action::Revoke(partitions) => format!("revoke {}", numbers(partitions)),
        Action::Lose(partitions) => format!("lose {}", numbers(partitions)),
        Action::Assign { added, all } => format!("assign +{} = {}", numbers(added), numbers(all)),
        Action::Fail(error) => format!("fail {:?}", error.code()),
        other => panic!("of a classic group: {other:?}"),
    }
}

#[test]
fn a_member_joins_takes_up_and_acknowledges() {
    let mut world = World::new(None);
    assert_eq!(world.poll(), ["report 0 full t owned []"]);
    assert_eq!(world.poll(), NOTHING, "one report at a time");
    world.answer(1, Some(&[0, 1]));
    assert_eq!(world.poll(), ["resolve"]);
    assert_eq!(world.poll(), NOTHING, "the name is being looked up");
    world.resolve(true);
    assert_eq!(world.poll(), ["assign +[0, 1] = [0, 1]", "report 1 owned [0, 1]"]);
    world.answer(1, None);
    assert_eq!(world.member.identity(), (1, "me".to_owned()));
    // G15: nothing new, nothing told.
    world.pass(4);
    assert_eq!(world.poll(), NOTHING);
    assert_eq!(world.member.next_deadline(), Some(world.now + Duration::from_secs(1)));
    world.pass(1);
    assert_eq!(world.poll(), ["report 1"]);
}

/// G16: owned partitions are reported without the revoked ones only when the reader is done with these.
#[test]
fn partitions_go_before_others_come() {
    let mut world = World::stable(None, &[0, 1]);
    world.pass(5);
    assert_eq!(world.poll(), ["report 1"]);
    world.answer(1, Some(&[0, 2]));
    assert_eq!(world.poll(), ["revoke [1]"]);
    world.pass(5);
    assert_eq!(world.poll(), ["report 1"], "heartbeats go on meanwhile");
    world.answer(1, None);
    world.member.gave_up();
    assert_eq!(world.poll(), ["assign +[2] = [0, 2]", "report 1 owned [0, 2]"]);
    world.answer(2, None);
    assert_eq!(world.member.identity().0, 2);
}

#[test]
fn an_assignment_may_change_while_the_reader_gives_up() {
    let mut world = World::stable(None, &[0, 1]);
    world.pass(5);
    world.poll();
    world.answer(1, Some(&[0]));
    assert_eq!(world.poll(), ["revoke [1]"]);
    world.pass(5);
    world.poll();
    world.answer(1, Some(&[2]));
    assert_eq!(world.poll(), NOTHING);
    world.member.gave_up();
    assert_eq!(world.poll(), ["revoke [0]"]);
    world.member.gave_up();
    assert_eq!(world.poll(), ["assign +[2] = [2]", "report 1 owned [2]"]);
}

/// J51, KAFKA-19222: after a lost answer everything is told again, in the same epoch.
#[test]
fn what_may_have_been_lost_is_told_again() {
    let mut world = World::stable(None, &[0]);
    world.pass(5);
    assert_eq!(world.poll(), ["report 1"]);
    world.refuse(ErrorCode::NetworkException);
    assert_eq!(world.poll(), NOTHING, "after a pause");
    world.pass(1);
    assert_eq!(world.poll(), ["report 1 full t owned [0]"]);
}

/// G14.
#[test]
fn a_fenced_member_drops_everything_and_joins_again() {
    for code in [ErrorCode::FencedMemberEpoch, ErrorCode::UnknownMemberId, ErrorCode::GroupIdNotFound] {
        let mut world = World::stable(None, &[0]);
        world.pass(5);
        world.poll();
        world.refuse(code);
        assert_eq!(world.poll(), ["lose [0]", "report 0 full t owned []"], "{code:?}");
        assert_eq!(world.member.identity().0, 0);
    }
}

#[test]
fn refusals_that_end_the_membership() {
    for code in [
        ErrorCode::GroupAuthorizationFailed,
        ErrorCode::UnsupportedAssignor,
        ErrorCode::InvalidRegularExpression,
        ErrorCode::FencedInstanceId,
        ErrorCode::GroupMaxSizeReached,
        ErrorCode::GroupIdNotFound,
        ErrorCode::UnsupportedVersion,
    ] {
        let mut world = World::new(None);
        world.poll();
        world.refuse(code);
        assert_eq!(world.poll(), [format!("fail {:?}", Some(code))]);
        assert_eq!(world.member.next_deadline(), None);
    }
}

#[test]
fn a_static_member_waits_for_its_former_self_to_go() {
    let mut world = World::new(Some("i"));
    world.poll();
    world.refuse(ErrorCode::UnreleasedInstanceId);
    world.pass(10);
    assert_eq!(world.poll(), ["report 0 full t owned []"]);
    world.pass(36);
    world.refuse(ErrorCode::UnreleasedInstanceId);
    assert_eq!(world.poll(), [format!("fail {:?}", Some(ErrorCode::UnreleasedInstanceId))]);
}

#[test]
fn other_interests_are_told_at_once() {
    let mut world = World::stable(None, &[]);
    world.member.subscribe(Interest::Pattern("t.*".to_owned()));
    assert_eq!(world.poll(), ["report 1 /t.*/"]);
}

#[test]
fn topics_whose_names_are_unknown_wait() {
    let mut world = World::new(None);
    world.poll();
    world.answer(1, Some(&[0]));
    assert_eq!(world.poll(), ["resolve"]);
    world.resolve(false);
    assert_eq!(world.poll(), ["report 1 owned []"]);
    world.answer(1, None);
    world.pass(1);
    assert_eq!(world.poll(), ["resolve"]);
}

#[test]
fn a_reader_that_stays_away_leaves_and_comes_back() {
    for (instance_id, expected) in [(None, "leave -1"), (Some("i"), "leave -2")] {
        let mut world = World::stable(instance_id, &[0]);
        world.member.reader_went(world.now);
        world.pass(300);
        assert_eq!(world.poll(), [expected, "lose [0]"]);
        assert_eq!(world.poll(), NOTHING);
        world.member.reader_came();
        assert_eq!(world.poll(), ["report 0 full t owned []"]);
    }
}

#[test]
fn leaving_says_whether_the_member_will_be_back() {
    for (instance_id, expected) in [(None, "leave -1"), (Some("i"), "leave -2")] {
        let mut world = World::stable(instance_id, &[]);
        assert_eq!(told(&world.member.leave().unwrap()), expected);
        assert_eq!(world.poll(), NOTHING);
    }
    assert!(World::new(None).member.leave().is_none(), "nobody knows it yet");
}

#[test]
fn answers_to_a_former_self_are_void() {
    let mut world = World::stable(None, &[0]);
    world.pass(5);
    world.poll();
    let before = world.token;
    world.refuse(ErrorCode::UnknownMemberId);
    world.poll();
    world.token = before;
    world.answer(9, Some(&[5]));
    assert_eq!(world.member.identity().0, 0);
}

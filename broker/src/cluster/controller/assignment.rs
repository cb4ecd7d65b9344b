//! Which brokers hold a partition while it moves from some to others (KIP-455, `PartitionReassignmentReplicas`).

use kafkactl_core::names::BrokerId;

use crate::cluster::image::PartitionImage;

/// The replicas of a partition, with those that come and those that go among them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    pub replicas: Vec<BrokerId>,
    pub adding: Vec<BrokerId>,
    pub removing: Vec<BrokerId>,
    pub isr: Vec<BrokerId>,
}

impl Assignment {
    /// As the partition has it.
    pub fn of(image: &PartitionImage) -> Self {
        Self {
            replicas: image.replicas.clone(),
            adding: image.adding.clone(),
            removing: image.removing.clone(),
            isr: image.isr.clone(),
        }
    }

    /// The first step to `wanted`: those that are too many stay behind the others until these are in sync.
    pub fn towards(image: &PartitionImage, wanted: &[BrokerId]) -> Self {
        let mut assignment = Self::of(image);
        let removing = without(&image.replicas, wanted);
        assignment.replicas = [wanted, &removing].concat();
        // A new wish that adds nobody, or removes nobody, leaves standing what is under way.
        for (present, wanted) in
            [(&mut assignment.removing, removing), (&mut assignment.adding, without(wanted, &image.replicas))]
        {
            if !wanted.is_empty() {
                *present = wanted;
            }
        }
        assignment
    }

    /// As it was before what is under way began. `None` if all replicas have come with that.
    pub fn reverted(image: &PartitionImage) -> Option<Self> {
        let replicas: Vec<BrokerId> =
            image.replicas.iter().copied().filter(|it| !image.adding.contains(it)).collect();
        let mut isr: Vec<BrokerId> =
            image.isr.iter().copied().filter(|it| !image.adding.contains(it)).collect();
        if isr.is_empty() {
            isr.push(*replicas.first()?);
        }
        Some(Self { replicas, adding: Vec::new(), removing: Vec::new(), isr })
    }

    pub fn is_under_way(&self) -> bool {
        !self.adding.is_empty() || !self.removing.is_empty()
    }

    /// Ends the move if those that come are in sync; where more go than come, all that stay have to be.
    pub fn complete(&mut self) {
        if !self.is_under_way() {
            return;
        }
        let staying = |brokers: &[BrokerId]| -> Vec<BrokerId> {
            brokers.iter().copied().filter(|broker| !self.removing.contains(broker)).collect()
        };
        let (replicas, isr) = (staying(&self.replicas), staying(&self.isr));
        let are_in_sync = |brokers: &[BrokerId]| brokers.iter().all(|broker| isr.contains(broker));
        let is_over = !isr.is_empty()
            && are_in_sync(&self.adding)
            && (self.adding.len() >= self.removing.len() || are_in_sync(&replicas));
        if is_over {
            *self = Self { replicas, isr, adding: Vec::new(), removing: Vec::new() };
        }
    }
}

/// What is in `brokers` and not in `others`, in ascending order.
fn without(brokers: &[BrokerId], others: &[BrokerId]) -> Vec<BrokerId> {
    let mut rest: Vec<BrokerId> = brokers.iter().copied().filter(|it| !others.contains(it)).collect();
    rest.sort_unstable();
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn brokers(ids: &[i32]) -> Vec<BrokerId> {
        ids.iter().map(|&id| BrokerId(id)).collect()
    }

    fn assignment(replicas: &[i32], adding: &[i32], removing: &[i32], isr: &[i32]) -> Assignment {
        Assignment {
            replicas: brokers(replicas),
            adding: brokers(adding),
            removing: brokers(removing),
            isr: brokers(isr),
        }
    }

    fn image(replicas: &[i32], adding: &[i32], removing: &[i32], isr: &[i32]) -> PartitionImage {
        let Assignment { replicas, adding, removing, isr } = assignment(replicas, adding, removing, isr);
        PartitionImage { replicas, adding, removing, isr, ..PartitionImage::default() }
    }

    #[test]
    fn a_move_begins_with_all_that_hold_or_will_hold_it() {
        let cases: [(&[i32], &[i32], Assignment); 5] = [
            (&[1, 2], &[1, 2], assignment(&[1, 2], &[], &[], &[1])),
            (&[1, 2], &[2, 1], assignment(&[2, 1], &[], &[], &[1])),
            (&[1, 2], &[1], assignment(&[1, 2], &[], &[2], &[1])),
            (&[1], &[4, 3], assignment(&[4, 3, 1], &[3, 4], &[1], &[1])),
            (&[1], &[1, 5], assignment(&[1, 5], &[5], &[], &[1])),
        ];
        for (present, wanted, expected) in cases {
            let image = image(present, &[], &[], &[1]);
            assert_eq!(Assignment::towards(&image, &brokers(wanted)), expected, "{present:?} to {wanted:?}");
        }
        let under_way = image(&[3, 1], &[3], &[1], &[1]);
        assert_eq!(
            Assignment::towards(&under_way, &brokers(&[1, 3])),
            assignment(&[1, 3], &[3], &[1], &[1]),
            "what neither adds nor removes leaves the rest as it is"
        );
    }

    #[test]
    fn a_move_ends_when_enough_are_in_sync() {
        let over = |replicas: &[i32], isr: &[i32]| Some(assignment(replicas, &[], &[], isr));
        let cases = [
            (assignment(&[1, 2], &[], &[], &[1]), None),
            (assignment(&[3, 1], &[3], &[1], &[1]), None),
            (assignment(&[3, 1], &[3], &[1], &[3, 1]), over(&[3], &[3])),
            (assignment(&[1, 2], &[], &[2], &[1]), over(&[1], &[1])),
            (assignment(&[1, 2], &[], &[1], &[1]), None),
            (assignment(&[1, 2, 3], &[], &[3], &[1, 3]), None),
            (assignment(&[1, 2, 3], &[2], &[3], &[1, 2]), over(&[1, 2], &[1, 2])),
            (assignment(&[1, 2], &[2], &[], &[1, 2]), over(&[1, 2], &[1, 2])),
        ];
        for (begun, expected) in cases {
            let mut ended = begun.clone();
            ended.complete();
            assert_eq!(ended, expected.unwrap_or(begun.clone()), "{begun:?}");
        }
    }

    #[test]
    fn a_move_called_off_leaves_what_was_before() {
        let back =
            |replicas, adding, removing, isr| Assignment::reverted(&image(replicas, adding, removing, isr));
        assert_eq!(back(&[3, 1], &[3], &[1], &[1, 3]), Some(assignment(&[1], &[], &[], &[1])));
        assert_eq!(back(&[3, 1], &[3], &[1], &[3]), Some(assignment(&[1], &[], &[], &[1])));
        assert_eq!(back(&[3], &[3], &[], &[3]), None);
    }
}

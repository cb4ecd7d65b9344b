//! Where snapshots come from: a cluster, a recording, the script.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use kafkactl_core::client::{Client, ClientConfig};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use crate::demo;
use crate::model::snapshot::{Data, Place, Snapshot};
use crate::recording::{Recording, RecordingError};
use crate::sample::{self, Interest, SNAPSHOTS_WAITING_MAX, Samplers, now_ms};

#[derive(Debug, Clone)]
pub enum Source {
    Cluster(ClientConfig),
    Replay(PathBuf),
    Demo,
}

/// How time passes in recordings and in the script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tempo {
    /// As it did.
    Real,
    /// As fast as it is read.
    Fast,
}

/// Where the script begins when its times must be the same each time: 2026-01-15T10:00:00Z.
const DEMO_START_MS: i64 = 1_768_471_200_000;
/// A pause in a recording lasts no longer.
const GAP_MAX: Duration = Duration::from_secs(10);

pub type Arrival = Result<Snapshot, RecordingError>;

/// A running source. Dropping it ends it.
pub struct Feed {
    pub arrivals: mpsc::Receiver<Arrival>,
    /// Of a live cluster.
    pub client: Option<Client>,
    samplers: Option<Samplers>,
    /// The last one chosen: recordings and the script tell no records of others.
    topic: watch::Sender<Option<String>>,
    /// Whether times are those of another day.
    pub is_history: bool,
    _tasks: JoinSet<()>,
}

impl Feed {
    pub fn start(source: Source, interest: Interest, tempo: Tempo) -> Result<Self, RecordingError> {
        let (sender, arrivals) = mpsc::channel(SNAPSHOTS_WAITING_MAX);
        let mut tasks = JoinSet::new();
        let (topic, chosen) = watch::channel(interest.topic.clone());
        let mut samplers = None;
        let mut asked = None;
        let is_history = matches!(source, Source::Replay(_)) || tempo == Tempo::Fast;
        match source {
            Source::Cluster(config) => {
                let client = Client::new(sample::impatient(config));
                let (snapshots, mut seen) = mpsc::channel(SNAPSHOTS_WAITING_MAX);
                samplers = Some(Samplers::start(&client, interest, &snapshots));
                asked = Some(client);
                tasks.spawn(async move {
                    while let Some(snapshot) = seen.recv().await {
                        if sender.send(Ok(snapshot)).await.is_err() {
                            return;
                        }
                    }
                });
            }
            Source::Replay(path) => {
                let recording = Recording::open(&path)?;
                tasks.spawn(replay(recording, tempo, chosen, sender));
            }
            Source::Demo => drop(tasks.spawn(play(tempo, chosen, sender))),
        }
        let is_history = is_history && samplers.is_none();
        Ok(Self { arrivals, client: asked, samplers, topic, is_history, _tasks: tasks })
    }

    pub fn watch(&self, interest: Interest) {
        // Another screen wants none, and shows what was read when it goes back.
        if interest.topic.is_some() {
            self.topic.send_replace(interest.topic.clone());
        }
        if let Some(samplers) = &self.samplers {
            samplers.watch(interest);
        }
    }

    pub fn look_up(&self, places: BTreeSet<Place>) {
        if let Some(samplers) = &self.samplers {
            samplers.look_up(places);
        }
    }

    pub fn refresh(&self) {
        if let Some(samplers) = &self.samplers {
            samplers.refresh();
        }
    }
}

async fn replay(
    recording: Recording,
    tempo: Tempo,
    chosen: watch::Receiver<Option<String>>,
    sender: mpsc::Sender<Arrival>,
) {
    let mut last_ms: Option<i64> = None;
    for arrival in recording {
        if let (Ok(snapshot), Tempo::Real) = (&arrival, tempo) {
            let gap_ms = last_ms.map_or(0, |last| snapshot.at_ms.saturating_sub(last));
            last_ms = Some(snapshot.at_ms);
            let gap = Duration::from_millis(u64::try_from(gap_ms).unwrap_or(0));
            tokio::time::sleep(gap.min(GAP_MAX)).await;
        }
        if let Ok(Snapshot { data: Data::Records(records), .. }) = &arrival
            && chosen.borrow().as_ref().is_some_and(|topic| *topic != records.topic)
        {
            continue;
        }
        if sender.send(arrival).await.is_err() {
            return;
        }
    }
}

async fn play(tempo: Tempo, chosen: watch::Receiver<Option<String>>, sender: mpsc::Sender<Arrival>) {
    let start_ms = if tempo == Tempo::Real { now_ms() } else { DEMO_START_MS };
    let mut ticks = tokio::time::interval(Duration::from_millis(demo::STEP_MS as u64));
    for step in 0.. {
        if tempo == Tempo::Real {
            ticks.tick().await;
        }
        let topic = chosen.borrow().clone();
        for snapshot in demo::step_about(topic.as_deref(), step, start_ms + step * demo::STEP_MS) {
            if sender.send(Ok(snapshot)).await.is_err() {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::snapshot::{Sampler, Why};
    use crate::recording::Recorder;

    fn about(topic: &str) -> Interest {
        Interest { topic: Some(topic.to_owned()), ..Interest::default() }
    }

    /// The next that is told of records.
    async fn records(feed: &mut Feed) -> Option<Data> {
        while let Some(arrival) = feed.arrivals.recv().await {
            let data = arrival.unwrap().data;
            if data.sampler() == Sampler::Records {
                return Some(data);
            }
        }
        None
    }

    #[tokio::test]
    async fn the_script_tells_the_records_of_the_topic_that_was_chosen() {
        let mut feed = Feed::start(Source::Demo, about("payments"), Tempo::Fast).unwrap();
        let Some(Data::Records(first)) = records(&mut feed).await else { panic!("no records") };
        assert_eq!((first.topic.as_str(), first.records.len()), ("payments", 3));
        feed.watch(about("nosuch"));
        feed.watch(Interest::default());
        let failed = loop {
            match records(&mut feed).await {
                Some(Data::Records(told)) => assert_eq!(told.topic, "payments"),
                Some(Data::Failed(failed)) => break failed,
                other => panic!("{other:?}"),
            }
        };
        assert_eq!((failed.error.as_str(), failed.why), ("topic \"nosuch\" does not exist", Why::Missing));
    }

    #[tokio::test]
    async fn a_recording_tells_no_records_of_a_topic_that_was_not_chosen() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("recording.jsonl");
        let mut recorder = Recorder::create(&path, "demo").unwrap();
        demo::step(0, 0).iter().for_each(|snapshot| recorder.write(snapshot).unwrap());
        for (interest, is_told) in
            [(Interest::default(), true), (about("orders"), true), (about("payments"), false)]
        {
            let source = Source::Replay(path.clone());
            let mut feed = Feed::start(source, interest.clone(), Tempo::Fast).unwrap();
            assert_eq!(records(&mut feed).await.is_some(), is_told, "{interest:?}");
        }
    }
}

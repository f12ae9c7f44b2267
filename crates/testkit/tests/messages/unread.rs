//! The count of what was not read equals what one would count by hand, whatever happens.

use proptest::prelude::*;
use proptest::strategy::ValueTree as _;

use super::*;

#[derive(Clone, Debug)]
enum Step {
    Say { from: usize },
    Read { who: usize },
    ReadUpTo { who: usize, back: usize },
    Hide { who: usize, back: usize },
    Clear { who: usize },
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..3usize).prop_map(|from| Step::Say { from }),
        1 => (0..3usize).prop_map(|who| Step::Read { who }),
        1 => (0..3usize, 0..6usize).prop_map(|(who, back)| Step::ReadUpTo { who, back }),
        1 => (0..3usize, 0..6usize).prop_map(|(who, back)| Step::Hide { who, back }),
        1 => (0..3usize).prop_map(|who| Step::Clear { who }),
    ]
}

/// What one has, counted by hand: each message with its number, and whether it is one's own.
#[derive(Default)]
struct Model {
    shown: Vec<(usize, bool)>,
    read: usize,
}

impl Model {
    fn unread(&self) -> i64 {
        self.shown.iter().filter(|(number, mine)| *number > self.read && !mine).count() as i64
    }
}

async fn play(world: &World, people: &[Client], talk: &str, steps: &[Step]) {
    let mut models = [Model::default(), Model::default(), Model::default()];
    let (mut ids, path) = (Vec::<String>::new(), format!("/api/v1/conversations/{talk}"));
    for step in steps {
        match *step {
            Step::Say { from } => {
                let said = say(&people[from], talk, "x").await.expect(201).json();
                ids.push(said["id"].as_str().unwrap().to_owned());
                for (who, model) in models.iter_mut().enumerate() {
                    model.shown.push((ids.len(), who == from));
                    if who == from {
                        model.read = ids.len();
                    }
                }
            }
            Step::Read { who } => {
                people[who].post(&format!("{path}/read"), json!({})).await.expect(200);
                models[who].read = ids.len();
            }
            Step::ReadUpTo { who, back } | Step::Hide { who, back } => {
                let model = &mut models[who];
                let Some(at) = model.shown.len().checked_sub(back + 1) else { continue };
                let number = model.shown[at].0;
                if matches!(step, Step::Hide { .. }) {
                    let path = format!("{path}/messages/{}", ids[number - 1]);
                    people[who].call("DELETE", &path, None).await.expect(204);
                    model.shown.remove(at);
                } else {
                    people[who].post(&format!("{path}/read"), json!({"up_to": ids[number - 1]})).await.expect(200);
                    model.read = model.read.max(number);
                }
            }
            Step::Clear { who } => {
                people[who].call("DELETE", &path, None).await.expect(204);
                models[who] = Model { shown: vec![], read: ids.len() };
            }
        }
        for (who, model) in models.iter().enumerate() {
            assert_eq!(unread(&people[who]).await, model.unread(), "{who} after {step:?}");
        }
    }
    assert!(!world.rows("conversations").await.is_empty());
}

on_both! {
    async fn counts_equal_what_is_counted_by_hand(world: World) {
        let mut people = Vec::new();
        for handle in ["ada", "bob", "cat"] {
            people.push(world.client().join(handle).await);
        }
        for (one, other) in [(0, 1), (0, 2), (1, 2)] {
            befriend(&world, &people[one], &people[other]).await;
        }
        let mut runner = proptest::test_runner::TestRunner::deterministic();
        for _ in 0..8 {
            let steps = proptest::collection::vec(step(), 1..25).new_tree(&mut runner).unwrap().current();
            let open = json!({"to": ["bob", "cat"]});
            let talk = id(&people[0].post("/api/v1/conversations", open).await.expect(201));
            play(&world, &people, &talk, &steps).await;
            for who in &people {
                who.call("DELETE", &format!("/api/v1/conversations/{talk}"), None).await.expect(204);
            }
        }
    }
}

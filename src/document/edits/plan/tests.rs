//! What plans say after edits, and that agreement is shown on nothing that both did not agree to.

use super::super::tests::{Docs, day};
use super::*;
use crate::domain::actions::{AgreementState, agreement};
use proptest::prelude::*;

const NOW: u64 = 1_795_000_000_000;

/// A team in which `p` has one objective with one action, and the ids of both.
fn planned() -> (Docs, ObjectiveId, ActionId) {
    let mut docs = Docs::new();
    let wanted = ObjectiveFields {
        title: Some("Run the budget".into()),
        difference: Some("closes a month alone".into()),
        ..ObjectiveFields::default()
    };
    let made = add_objective(&docs.managed("m"), &"p".into(), &wanted, day(), NOW).unwrap();
    docs.commit(made, "m");
    let id = docs
        .managed("m")
        .people
        .iter()
        .flat_map(|p| &p.objectives)
        .next()
        .unwrap()
        .id
        .clone();
    let made = add_action(
        &docs.managed("p"),
        &"p".into(),
        &id,
        "Sit in",
        None,
        day(),
        NOW + 9,
    )
    .unwrap();
    docs.commit(made, "p");
    let action = only(&docs).actions[0].id.clone();
    (docs, id, action)
}

fn only(docs: &Docs) -> Objective {
    let team = docs.managed("m");
    let person = team.person(&"p".into()).unwrap();
    person.objectives[0].clone()
}

/// What somebody does.
#[derive(Clone, Debug)]
enum Deed {
    Title(u8),
    Activity(u8),
    Measure(u8),
    Completion(u8),
    Aim(u8),
    Strength(bool),
    Action(u8),
    ActionDay(u8),
    Progress(u8),
    Done,
    Agree,
    /// Somebody else's title arrives that was written apart, or one of the two is chosen.
    Apart(u8),
    Settle,
}

fn deeds() -> impl Strategy<Value = Vec<(Deed, bool)>> {
    let few = 0_u8..3;
    let deed = prop_oneof![
        few.clone().prop_map(Deed::Title),
        few.clone().prop_map(Deed::Activity),
        (1_u8..3).prop_map(Deed::Measure),
        few.clone().prop_map(Deed::Completion),
        few.clone().prop_map(Deed::Aim),
        any::<bool>().prop_map(Deed::Strength),
        few.clone().prop_map(Deed::Action),
        few.clone().prop_map(Deed::ActionDay),
        few.clone().prop_map(Deed::Progress),
        Just(Deed::Done),
        Just(Deed::Agree),
        Just(Deed::Agree),
        Just(Deed::Agree),
        few.prop_map(Deed::Apart),
        Just(Deed::Settle),
    ];
    proptest::collection::vec((deed, any::<bool>()), 1..40)
}

/// Everything that an agreement covers, by name.
type Content = std::collections::BTreeMap<&'static str, String>;

proptest! {
    #[test]
    fn agreement_is_never_shown_on_content_that_both_did_not_agree_to(deeds in deeds()) {
        let (mut docs, id, action) = planned();
        let whose: PersonId = "p".into();
        let mut content = Content::from([("title", "Run the budget".to_owned())]);
        let mut torn = false;
        // What each side agreed to last.
        let mut agreed: [Option<Content>; 2] = [None, None];
        for (deed, manager) in deeds {
            let me = if manager { "m" } else { "p" };
            let team = docs.managed(me);
            let date = |n: u8| day().checked_add_days(chrono::Days::new(u64::from(n)));
            let mut says = |field: &'static str, value: String| {
                content.insert(field, value);
            };
            let set = |wanted: ObjectiveFields| set_objective(&team, &whose, &id, &wanted, day());
            let act = |wanted: ActionFields| set_action(&team, &whose, &action, &wanted, day());
            let none = ObjectiveFields::default();
            let made = match deed {
                Deed::Title(n) => {
                    let title = format!("Title {n}");
                    let made = set(ObjectiveFields { title: Some(title.clone()), ..none });
                    prop_assert_eq!(made.is_err(), torn, "what is torn is settled first");
                    if made.is_ok() {
                        says("title", title);
                    }
                    made
                }
                Deed::Activity(n) => {
                    let text = if n == 0 { String::new() } else { format!("Activity {n}") };
                    says("activity", text.clone());
                    set(ObjectiveFields { activity: Some(text), ..none })
                }
                Deed::Measure(n) => {
                    says("measure", n.to_string());
                    set(ObjectiveFields { difference: Some(n.to_string()), ..none })
                }
                Deed::Completion(n) => {
                    let made = set(ObjectiveFields { completion: Some(date(n)), ..none });
                    if made.is_ok() {
                        says("completion", n.to_string());
                    }
                    made
                }
                Deed::Aim(n) => {
                    let text = if n == 0 { String::new() } else { format!("Aim {n}") };
                    says("aim", text.clone());
                    set(ObjectiveFields { aim: Some(text), ..none })
                }
                Deed::Strength(yes) => {
                    let priority = if yes { Priority::Strength } else { Priority::Gap };
                    says("priority", if yes { "strength".into() } else { String::new() });
                    set(ObjectiveFields { priority: Some(priority), ..none })
                }
                Deed::Action(n) => {
                    says("action", n.to_string());
                    act(ActionFields { text: Some(format!("Action {n}")), ..ActionFields::default() })
                }
                Deed::ActionDay(n) => {
                    let made = act(ActionFields { completion: Some(date(n)), ..ActionFields::default() });
                    if made.is_ok() {
                        says("action day", n.to_string());
                    }
                    made
                }
                Deed::Progress(n) => act(ActionFields { progress: Some(n * 10), ..ActionFields::default() }),
                Deed::Done => set_state(&team, &whose, &Item::Action(action.clone()), crate::domain::person::ItemState::ToDiscuss, "", day()),
                Deed::Agree => {
                    let made = agree(&team, &whose, &id, day());
                    if made.is_ok() {
                        prop_assert!(!torn);
                        let kept: Content = content.iter().filter(|(_, v)| !v.is_empty()).map(|(k, v)| (*k, v.clone())).collect();
                        agreed[usize::from(manager)] = Some(kept);
                    }
                    made
                }
                Deed::Apart(n) => {
                    let doc = DocRef::of(Kind::Plan, &whose);
                    let other = format!("Apart {n}");
                    torn |= docs.apart(&doc, "objectives", &row_key(&[id.as_str()]), "objective", Scalar::text(other), "p");
                    continue;
                }
                Deed::Settle => {
                    let doc = DocRef::of(Kind::Plan, &whose);
                    let title = only(&docs).title.get().clone();
                    let row = row_key(&[id.as_str()]);
                    says("title", title.clone());
                    docs.commit(edit("settled".into(), vec![op(&doc, "objectives", &row, "objective", Scalar::text(title))]), me);
                    torn = false;
                    continue;
                }
            };
            if let Ok(made) = made {
                docs.commit(made, me);
            }
            let stands: Content = content.iter().filter(|(_, v)| !v.is_empty()).map(|(k, v)| (*k, v.clone())).collect();
            let both = !torn && agreed.iter().all(|a| a.as_ref() == Some(&stands));
            let shown = matches!(agreement(&only(&docs)), AgreementState::Both(_));
            prop_assert_eq!(shown, both);
        }
    }
}

#[test]
fn an_option_belongs_to_its_competency_and_a_reason_to_what_is_dropped() {
    let (docs, id, _) = planned();
    let team = docs.managed("m");
    let other = ObjectiveFields {
        option: Some("Something that nobody offers".into()),
        ..ObjectiveFields::default()
    };
    let refused = set_objective(&team, &"p".into(), &id, &other, day()).unwrap_err();
    assert!(
        refused
            .to_string()
            .contains("is not one that the framework offers")
    );
    let item = Item::Objective(id);
    let dropped = crate::domain::person::ItemState::Dropped;
    let refused = set_state(&team, &"p".into(), &item, dropped, " ", day()).unwrap_err();
    assert!(refused.to_string().contains("the reason is needed"));
    assert!(set_state(&team, &"p".into(), &item, dropped, "cancelled", day()).is_ok());
}

fn in_days(n: u64) -> Option<NaiveDate> {
    day().checked_add_days(chrono::Days::new(n))
}

#[test]
fn dates_of_a_plan_stand_in_order() {
    let (mut docs, id, action) = planned();
    let whose: PersonId = "p".into();
    let dates = |review, completion| ObjectiveFields {
        review: Some(in_days(review)),
        completion: Some(in_days(completion)),
        ..ObjectiveFields::default()
    };
    let said = |docs: &Docs, wanted: &ObjectiveFields| {
        set_objective(&docs.managed("m"), &whose, &id, wanted, day()).map_err(|e| e.to_string())
    };
    assert!(
        said(&docs, &dates(20, 10))
            .unwrap_err()
            .contains("would come after the completion")
    );
    let titled = ObjectiveFields {
        title: Some("Another".into()),
        ..dates(20, 10)
    };
    assert!(add_objective(&docs.managed("m"), &whose, &titled, day(), NOW).is_err());
    docs.commit(said(&docs, &dates(10, 10)).unwrap(), "m");
    // One of the two alone is held against the other, which stands.
    let review = ObjectiveFields {
        review: Some(in_days(11)),
        ..ObjectiveFields::default()
    };
    assert!(said(&docs, &review).is_err());
    let ends = |n| ActionFields {
        completion: Some(in_days(n)),
        ..ActionFields::default()
    };
    let team = docs.managed("p");
    let late = set_action(&team, &whose, &action, &ends(11), day()).unwrap_err();
    assert!(
        late.to_string()
            .contains("after the completion of “Run the budget”"),
        "{late}"
    );
    assert!(add_action(&team, &whose, &id, "Late", in_days(11), day(), NOW).is_err());
    docs.commit(
        set_action(&team, &whose, &action, &ends(9), day()).unwrap(),
        "p",
    );
    let earlier = ObjectiveFields {
        completion: Some(in_days(8)),
        review: Some(None),
        ..ObjectiveFields::default()
    };
    assert!(
        said(&docs, &earlier)
            .unwrap_err()
            .contains("its action “Sit in”")
    );
    // What is dropped waits for nothing.
    let dropped = set_state(
        &docs.managed("m"),
        &whose,
        &Item::Action(action),
        ItemState::Dropped,
        "no room",
        day(),
    );
    docs.commit(dropped.unwrap(), "m");
    assert!(said(&docs, &earlier).is_ok());
}

#[test]
fn what_is_over_is_changed_no_more_and_nothing_is_over_above_what_goes_on() {
    let (mut docs, id, action) = planned();
    let whose: PersonId = "p".into();
    let state = |docs: &Docs, item: Item, state: ItemState| {
        set_state(&docs.managed("m"), &whose, &item, state, "because", day())
            .map_err(|e| e.to_string())
    };
    let (objective, under) = (
        || Item::Objective(id.clone()),
        || Item::Action(action.clone()),
    );
    let open_action = state(&docs, objective(), ItemState::Closed).unwrap_err();
    assert!(
        open_action.contains("an action that is not over, “Sit in”"),
        "{open_action}"
    );
    docs.commit(state(&docs, under(), ItemState::Dropped).unwrap(), "m");
    let progress = ActionFields {
        progress: Some(50),
        ..ActionFields::default()
    };
    let over = |docs: &Docs| {
        set_action(&docs.managed("m"), &whose, &action, &progress, day())
            .unwrap_err()
            .to_string()
    };
    assert!(over(&docs).contains("open it again first"));
    docs.commit(state(&docs, objective(), ItemState::Closed).unwrap(), "m");
    let title = ObjectiveFields {
        title: Some("Another".into()),
        ..ObjectiveFields::default()
    };
    let closed = set_objective(&docs.managed("m"), &whose, &id, &title, day()).unwrap_err();
    assert!(
        closed
            .to_string()
            .contains("“Run the budget” is not open any more"),
        "{closed}"
    );
    let reopened = state(&docs, under(), ItemState::Open).unwrap_err();
    assert!(
        reopened.contains("“Run the budget” is not open any more"),
        "{reopened}"
    );
    docs.commit(state(&docs, objective(), ItemState::Open).unwrap(), "m");
    docs.commit(state(&docs, under(), ItemState::Open).unwrap(), "m");
    assert!(set_action(&docs.managed("m"), &whose, &action, &progress, day()).is_ok());
    assert!(set_objective(&docs.managed("m"), &whose, &id, &title, day()).is_ok());
}

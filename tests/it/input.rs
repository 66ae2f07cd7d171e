//! Deserializing requests: invalid texts are refused, and absent, null and empty members are
//! distinguished.

use crate::support::unvalidated;
use game_tasks::conformance::fixtures::refused_texts;
use game_tasks::sea_orm::ActiveModelTrait;
use game_tasks::sea_orm::sea_query::ValueType;
use game_tasks::{
    ApiKeyId, Game, Inheritance, NewTask, OauthUserId, Page, ResolvedStrategy, StrategyId, Task,
    TaskError, TaskFilter, TaskPatch, TaskQuery, TaskScope, TaskStatus, entity,
};
use serde::de::DeserializeOwned;
use serde_json::{Value, from_str, from_value, json, to_value};
use std::collections::BTreeMap;
use std::fmt::Debug;
use uuid::Uuid;

/// Parses a query string with each of the crates that web frameworks use.
fn parse_query<T: DeserializeOwned>(query: &str) -> [Result<T, String>; 4] {
    [
        serde_qs::from_str(query).map_err(|error| error.to_string()),
        serde_qs_0_15::from_str(query).map_err(|error| error.to_string()),
        serde_urlencoded::from_str(query).map_err(|error| error.to_string()),
        serde_html_form::from_str(query).map_err(|error| error.to_string()),
    ]
}

fn assert_newtype<T>(field: &str)
where
    T: DeserializeOwned + serde::Serialize + Debug + PartialEq + std::str::FromStr + ValueType,
    T: TryFrom<String> + for<'t> TryFrom<&'t str>,
{
    for (text, reason) in refused_texts() {
        let expected = format!("{field} {reason}");
        let json = json!(text);
        let refused = from_value::<T>(json.clone()).unwrap_err().to_string();
        assert_eq!(refused, expected);
        let refused = from_str::<T>(&json.to_string()).unwrap_err().to_string();
        assert!(refused.starts_with(&expected), "{refused}");
        for pair in parse_query::<BTreeMap<String, T>>(&query("a", &text)) {
            let refused = pair.unwrap_err();
            assert!(refused.contains(&expected), "{refused}");
        }
        from_value::<Option<T>>(json.clone()).unwrap_err();
        from_value::<Vec<T>>(json!([json])).unwrap_err();
        assert!(text.parse::<T>().is_err());
        assert!(<T as TryFrom<&str>>::try_from(&text).is_err());
        assert!(<T as TryFrom<String>>::try_from(text.clone()).is_err());
        // Texts from a database are not validated, and are serialized unchanged.
        assert_eq!(to_value(unvalidated::<T>(&text)).unwrap(), json);
    }
    for text in [" x ", "'\"\\", "\u{feff}", &"🎉".repeat(255)] {
        let value: T = from_value(json!(text)).unwrap();
        assert_eq!(value, unvalidated::<T>(text));
    }
    for other in [json!(null), json!(5), json!(true), json!(["x"]), json!({"x": "y"})] {
        from_value::<T>(other).unwrap_err();
    }
}

/// `name=text`, encoded for a URL.
fn query(name: &str, text: &str) -> String {
    serde_urlencoded::to_string([(name, text)]).unwrap()
}

#[test]
fn newtypes_are_validated_when_deserialized_but_not_when_stored() {
    assert_newtype::<TaskStatus>("status");
    assert_newtype::<StrategyId>("strategyId");
    assert_newtype::<ApiKeyId>("apiKey_used");
    assert_newtype::<OauthUserId>("oauth_user_id");
}

/// What values, besides valid ones, a member of a type accepts.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Member {
    /// Text that is validated when it is deserialized.
    Text,
    /// The same, which may be null or absent.
    TextOrNull,
    /// Text that is validated when it is used, since it will be written.
    Written,
    /// The same, which may be absent.
    WrittenOrAbsent,
    /// The same, which may be null or absent.
    WrittenOrNull,
    /// Text that is compared, and may be absent. NUL is refused when it is used.
    Compared,
    /// A prefix, which may be absent: not empty, otherwise like text that is compared.
    Prefix,
    /// A required value that is not free text.
    Required,
    /// The same, which may be absent.
    Optional,
    /// The same, which may be null or absent.
    OptionalOrNull,
    /// A list or one value, which may be absent.
    List,
    /// The same of texts that are compared. An empty text in place of the list is refused.
    Texts,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Expected {
    Accepted,
    /// Refused when it is deserialized.
    Refused,
    /// Refused when it is used, with an error that may have the field's name in Rust.
    RefusedWhenUsed,
}

impl Member {
    fn may_be_absent(self) -> bool {
        !matches!(self, Self::Text | Self::Written | Self::Required)
    }
    fn may_be_null(self) -> bool {
        matches!(self, Self::TextOrNull | Self::WrittenOrNull | Self::OptionalOrNull)
    }
    fn expected(self, text: &str) -> Expected {
        match self {
            Self::Text | Self::TextOrNull => Expected::Refused,
            Self::Written | Self::WrittenOrAbsent | Self::WrittenOrNull => {
                Expected::RefusedWhenUsed
            }
            Self::Prefix | Self::Texts if text.is_empty() => Expected::Refused,
            Self::Compared | Self::Prefix | Self::Texts if text.contains('\0') => {
                Expected::RefusedWhenUsed
            }
            Self::Compared | Self::Prefix | Self::Texts => Expected::Accepted,
            Self::Required | Self::Optional | Self::OptionalOrNull | Self::List => {
                Expected::Refused
            }
        }
    }
}

/// Asserts what each member of a type accepts, starting from a valid value with all members.
/// `use_it` makes the checks that a call makes when it uses the value.
fn assert_members<T, E>(
    good: &Value,
    members: &[(&str, Member)],
    use_it: impl Fn(&T) -> Result<(), E>,
    denies_unknown: bool,
) where
    T: DeserializeOwned + serde::Serialize + Debug + PartialEq,
    E: std::fmt::Display,
{
    let whole: T = from_value(good.clone()).unwrap();
    assert_eq!(to_value(&whole).unwrap(), *good);
    let read_and_use = |value: Value| -> Result<T, (bool, String)> {
        let read: T = from_value(value.clone()).map_err(|error| (false, error.to_string()))?;
        let from_text: T = from_str(&value.to_string()).unwrap();
        assert_eq!(from_text, read);
        use_it(&read).map_err(|error| (true, error.to_string()))?;
        Ok(read)
    };
    let mut names: Vec<&str> = members.iter().map(|(name, _)| *name).collect();
    names.sort_unstable();
    let all: Vec<&String> = good.as_object().unwrap().keys().collect();
    assert_eq!(names, all, "`members` must list every member");
    for (name, member) in members {
        let with = |value: Value| {
            let mut changed = good.clone();
            changed[*name] = value;
            changed
        };
        // By the name of the column or of the field in Rust. Rows do not name the member if the
        // value has the wrong type.
        let names_it = |message: &str| {
            let plain = |text: &str| text.replace('_', "").to_lowercase();
            let field = if *name == "strategyId" { "strategies" } else { name };
            let named = [name, field].iter().any(|name| plain(message).contains(&plain(name)));
            assert!(named, "{name}: {message}");
        };
        let mut absent = good.clone();
        absent.as_object_mut().unwrap().remove(*name);
        match read_and_use(absent.clone()) {
            Ok(read) => {
                assert!(member.may_be_absent(), "{name}");
                assert_ne!(read, whole, "{name}");
                // Null means the same as absent if it is accepted.
                if member.may_be_null() {
                    assert_eq!(read_and_use(with(Value::Null)), Ok(read), "{name}");
                }
            }
            Err((_, message)) => {
                assert!(!member.may_be_absent(), "{message}");
                names_it(&message);
            }
        }
        if !member.may_be_null() {
            let (_, message) = read_and_use(with(Value::Null)).unwrap_err();
            if denies_unknown {
                names_it(&message);
            }
        }
        for (text, _) in refused_texts() {
            let expected = member.expected(&text);
            match read_and_use(with(json!(text))) {
                Ok(read) => {
                    assert_eq!(expected, Expected::Accepted, "{name} {text:?}");
                    let text = if *member == Member::Texts { json!([text]) } else { json!(text) };
                    assert_eq!(to_value(read).unwrap()[*name], text);
                }
                Err((used, message)) => {
                    assert_eq!(used, expected == Expected::RefusedWhenUsed, "{name} {message}");
                    assert_ne!(expected, Expected::Accepted, "{name} {message}");
                    if denies_unknown || matches!(member, Member::Text | Member::TextOrNull) {
                        names_it(&message);
                    }
                }
            }
        }
        for other in [json!(5), json!({}), json!({"a": "b"}), json!([[]])] {
            read_and_use(with(other)).unwrap_err();
        }
        let list = read_and_use(with(json!([])));
        assert_eq!(list.is_ok(), matches!(member, Member::List | Member::Texts), "{name}");
        let rest: String = good
            .as_object()
            .unwrap()
            .iter()
            .map(|(name, value)| format!("{}: {value}, ", json!(name)))
            .collect();
        let twice = format!("{{{rest}{}: {}}}", json!(name), good[*name]);
        let refused = from_str::<T>(&twice).unwrap_err().to_string();
        assert!(refused.contains(&format!("duplicate field `{name}`")), "{refused}");
    }
    // Requests are not deserialized from lists.
    let values: Vec<&Value> = good.as_object().unwrap().values().collect();
    for list in [json!([]), json!(values)] {
        let read = from_value::<T>(list);
        assert!(read.is_err() || !denies_unknown, "{read:?}");
    }
    for unknown in ["", "caller", "Status", "game_id", "gameid", "unknown", "limit"] {
        let mut more = good.clone();
        more[unknown] = json!(null);
        let read = from_value::<T>(more);
        assert_eq!(read.is_err(), denies_unknown, "{unknown}");
        if let Err(error) = read {
            let error = error.to_string();
            assert!(error.contains(&format!("unknown field `{unknown}`")), "{error}");
            // The error lists the fields of the type.
            let mut fields: Vec<&str> = error.split('`').skip(3).step_by(2).collect();
            fields.sort_unstable();
            assert_eq!(names, fields, "every field is in the table");
        }
    }
}

fn not_used<T>(_: &T) -> Result<(), TaskError> {
    Ok(())
}

#[test]
fn members_of_requests() {
    use Member::{
        Compared, List, Optional, OptionalOrNull, Prefix, Required, Texts, Written,
        WrittenOrAbsent, WrittenOrNull,
    };
    let id = Uuid::now_v7();
    assert_members(
        &json!({
            "id": id, "gameId": id, "externalTaskId": "task", "strategyId": "own", "status": "draft",
        }),
        &[
            ("id", OptionalOrNull),
            ("gameId", Required),
            ("externalTaskId", Written),
            ("strategyId", WrittenOrNull),
            ("status", WrittenOrNull),
        ],
        NewTask::validate,
        true,
    );
    let moment = "2026-11-26T14:03:32.000001Z";
    assert_members(
        &json!({
            "strategyId": "own", "status": "open", "ifStatus": "closed",
            "ifUnmodifiedSince": moment,
        }),
        &[
            ("strategyId", WrittenOrAbsent),
            ("status", WrittenOrAbsent),
            ("ifStatus", Compared),
            ("ifUnmodifiedSince", Optional),
        ],
        TaskPatch::validate,
        true,
    );
    assert_members(
        &json!({
            "gameId": id, "status": ["open"], "strategyId": ["own"], "keys": [{"id": id}],
            "externalIdPrefix": "p", "createdFrom": moment, "createdUntil": moment,
        }),
        &[
            ("gameId", Optional),
            ("status", Texts),
            ("strategyId", Texts),
            ("keys", List),
            ("externalIdPrefix", Prefix),
            ("createdFrom", Optional),
            ("createdUntil", Optional),
        ],
        TaskFilter::validate,
        true,
    );
}

#[test]
fn members_of_rows() {
    use Member::{Required, Text, TextOrNull};
    let game = Game::new("game")
        .owned_by_api_key(ApiKeyId::new("key").unwrap())
        .owned_by_oauth_user(OauthUserId::new("user").unwrap());
    let game = Game { platform: Some("web".to_owned()), ..game };
    let members = [
        ("id", Required),
        ("created_at", Required),
        ("updated_at", Required),
        ("externalGameId", Text),
        ("strategyId", Text),
        ("platform", TextOrNull),
        ("apiKey_used", TextOrNull),
        ("oauth_user_id", TextOrNull),
    ];
    assert_members(&to_value(&game).unwrap(), &members, not_used::<Game>, false);
    let everything = TaskScope::unrestricted();
    let new = NewTask::new(game.id, "task");
    let task = new.to_task(&everything, Some(&game), game.created_at).unwrap();
    let task = Task {
        api_key_used: game.api_key_used.clone(),
        oauth_user_id: game.oauth_user_id.clone(),
        ..task
    };
    let members = [
        ("id", Required),
        ("created_at", Required),
        ("updated_at", Required),
        ("apiKey_used", TextOrNull),
        ("oauth_user_id", TextOrNull),
        ("externalTaskId", Text),
        ("gameId", Required),
        ("strategyId", Text),
        ("status", Text),
    ];
    let json = to_value(&task).unwrap();
    assert_members(&json, &members, not_used::<Task>, false);
    // The same in a page, and when an application deserializes into the entity.
    for (text, _) in refused_texts() {
        for (name, _) in members.iter().filter(|(_, member)| matches!(member, Text | TextOrNull)) {
            let mut bad = json.clone();
            bad[*name] = json!(text);
            let page = json!({"items": [bad], "next": null, "total": null});
            from_value::<Page>(page).unwrap_err();
            entity::tasks::ActiveModel::from_json(bad).unwrap_err();
            entity::tasks::ActiveModel::from_json(json!({*name: text})).unwrap_err();
        }
        entity::games::ActiveModel::from_json(json!({"externalGameId": text})).unwrap_err();
        entity::games::ActiveModel::from_json(json!({"platform": text})).unwrap_err();
    }
    let (own, game) = (StrategyId::DEFAULT, Some(StrategyId::new("game").unwrap()));
    let resolved = ResolvedStrategy::of(task.id, task.game_id, own, game, Inheritance::FromGame);
    let members =
        [("taskId", Required), ("gameId", Required), ("strategyId", Text), ("source", Required)];
    assert_members(&to_value(resolved).unwrap(), &members, not_used::<ResolvedStrategy>, false);
}

#[test]
fn an_empty_value_in_a_query_string_is_not_absent() {
    fn assert_refused<T: DeserializeOwned + Debug>(queries_of: &[String]) {
        for query in queries_of {
            for read in parse_query::<T>(query) {
                let error = read.expect_err(query);
                let member = query.split(['=', '[']).next().unwrap();
                let names_it = error.replace('_', "").to_lowercase();
                assert!(names_it.contains(&member.replace('_', "").to_lowercase()), "{error}");
            }
        }
    }
    let each = |names: &[&str]| -> Vec<String> {
        let empty = names.iter().flat_map(|name| [format!("{name}="), (*name).to_owned()]);
        empty.collect()
    };
    assert_refused::<TaskFilter>(&each(&[
        "gameId",
        "externalIdPrefix",
        "createdFrom",
        "createdUntil",
        // An empty list would match no task, and an absent one all tasks.
        "status",
        "strategyId",
        "keys",
        "limit",
        "game_id",
    ]));
    assert_refused::<TaskQuery>(&each(&[
        "gameId",
        "status",
        "order",
        "direction",
        "limit",
        "page",
        "cursor",
        "withTotal",
        "offset",
    ]));
    assert_refused::<TaskPatch>(&each(&["ifUnmodifiedSince", "if_status"]));
    assert_refused::<TaskScope>(&each(&["callers", "access", "unrestricted", "caller"]));
    let required = format!("gameId={}&externalTaskId=x", Uuid::nil());
    for query in ["id=", "id=x", "created_at="] {
        for read in parse_query::<NewTask>(&format!("{required}&{query}")) {
            read.expect_err(query);
        }
    }
    // An empty text is deserialized, and validated when it is used.
    for read in parse_query::<TaskPatch>("strategyId=&status=&ifStatus=") {
        assert_eq!(read.unwrap(), TaskPatch::new().strategy("").status("").if_status(""));
    }
    for read in parse_query::<NewTask>(&format!("{required}&strategyId=&status=")) {
        assert_eq!(read.unwrap(), NewTask::new(Uuid::nil(), "x").strategy("").status(""));
    }
    // Absent members restrict nothing; given ones are deserialized.
    for read in parse_query::<TaskFilter>("") {
        assert_eq!(read.unwrap(), TaskFilter::all());
    }
    let id = Uuid::now_v7();
    for read in parse_query::<TaskFilter>(&format!("gameId={id}&externalIdPrefix=p")) {
        assert_eq!(read.unwrap(), TaskFilter::in_game(id).external_id_prefix("p"));
    }
    for read in parse_query::<NewTask>(&format!("{required}&id={id}&strategyId=own")) {
        assert_eq!(read.unwrap(), NewTask::new(Uuid::nil(), "x").id(id).strategy("own"));
    }
    for query in [format!("gameId={id}&gameId="), format!("gameId=&gameId={id}")] {
        for read in parse_query::<TaskFilter>(&query) {
            assert_ne!(read.ok(), Some(TaskFilter::all()), "{query}");
        }
    }
}

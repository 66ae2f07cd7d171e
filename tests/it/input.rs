//! What callers send: text that breaks the rules is refused when it is deserialized, and a
//! member that is absent, null or empty is never taken for another of the three.

use crate::support::stored;
use game_tasks::sea_orm::ActiveModelTrait;
use game_tasks::sea_orm::sea_query::ValueType;
use game_tasks::{
    ApiKeyId, Caller, Game, Inheritance, NewTask, OauthUserId, OwnerId, Page, ResolvedStrategy,
    StrategyId, StrategyKind, Task, TaskError, TaskFilter, TaskPatch, TaskScope, TaskStatus,
    ValidationReason, entity,
};
use serde::de::DeserializeOwned;
use serde_json::{Value, from_str, from_value, json, to_value};
use std::collections::BTreeMap;
use std::fmt::Debug;
use uuid::Uuid;

/// Texts that the crate never writes, and why.
fn refused_texts() -> Vec<(String, ValidationReason)> {
    let control = |position| ValidationReason::ControlCharacter { position };
    vec![
        (String::new(), ValidationReason::Empty),
        (" ".to_owned(), ValidationReason::Blank),
        ("\u{a0}\u{3000}".to_owned(), ValidationReason::Blank),
        ("x".repeat(256), ValidationReason::TooLong { max: 255 }),
        ("é".repeat(256), ValidationReason::TooLong { max: 255 }),
        ("\0".to_owned(), control(0)),
        ("a\0".to_owned(), control(1)),
        ("\t".to_owned(), control(0)),
        ("a\nb".to_owned(), control(1)),
        ("é\u{85}".to_owned(), control(1)),
        ("\u{7f}".to_owned(), control(0)),
    ]
}

/// Reads a query string in each of the formats that web frameworks use.
fn queries<T: DeserializeOwned>(query: &str) -> [Result<T, String>; 4] {
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
        for pair in queries::<BTreeMap<String, T>>(&query("a", &text)) {
            let refused = pair.unwrap_err();
            assert!(refused.contains(&expected), "{refused}");
        }
        from_value::<Option<T>>(json.clone()).unwrap_err();
        from_value::<Vec<T>>(json!([json])).unwrap_err();
        assert!(text.parse::<T>().is_err());
        assert!(<T as TryFrom<&str>>::try_from(&text).is_err());
        assert!(<T as TryFrom<String>>::try_from(text.clone()).is_err());
        // What a database holds is read, and shown, as it is.
        assert_eq!(to_value(stored::<T>(&text)).unwrap(), json);
    }
    for text in [" x ", "'\"\\", "\u{feff}", &"🎉".repeat(255)] {
        let value: T = from_value(json!(text)).unwrap();
        assert_eq!(value, stored::<T>(text));
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
fn newtypes_are_validated_from_outside_and_not_from_a_database() {
    assert_newtype::<TaskStatus>("status");
    assert_newtype::<StrategyId>("strategy_id");
    assert_newtype::<ApiKeyId>("api_key_used");
    assert_newtype::<OauthUserId>("oauth_user_id");
}

/// What a member of a type takes besides values that are good in any case.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Member {
    /// Text that is validated when it is read.
    Text,
    /// The same, which may be null or left out.
    TextOrNull,
    /// Text that is validated when it is used, since it is to be written.
    Written,
    /// The same, which may be left out.
    WrittenOrAbsent,
    /// The same, which may be null or left out.
    WrittenOrNull,
    /// Text that is compared, and may be left out: anything but NUL, refused when it is used.
    Compared,
    /// A prefix, which may be left out: not empty, and else like text that is compared.
    Prefix,
    /// What is no free text, and must be there.
    Required,
    /// The same, which may be left out.
    Optional,
    /// The same, which may be null or left out.
    OptionalOrNull,
    /// A list, which may be left out.
    List,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Verdict {
    Good,
    /// The member is named and refused, when it is read or when it is used.
    Refused,
    /// The same, and the caller may name the member as in Rust.
    RefusedWhenUsed,
}

impl Member {
    fn may_be_absent(self) -> bool {
        !matches!(self, Self::Text | Self::Written | Self::Required)
    }
    fn may_be_null(self) -> bool {
        matches!(self, Self::TextOrNull | Self::WrittenOrNull | Self::OptionalOrNull)
    }
    fn takes(self, text: &str) -> Verdict {
        match self {
            Self::Text | Self::TextOrNull => Verdict::Refused,
            Self::Written | Self::WrittenOrAbsent | Self::WrittenOrNull => Verdict::RefusedWhenUsed,
            Self::Prefix if text.is_empty() => Verdict::Refused,
            Self::Compared | Self::Prefix if text.contains('\0') => Verdict::RefusedWhenUsed,
            Self::Compared | Self::Prefix => Verdict::Good,
            Self::Required | Self::Optional | Self::OptionalOrNull | Self::List => Verdict::Refused,
        }
    }
}

/// Plays the whole table on a type: a good value with all members, what each member takes, and
/// what a value's use says of it.
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
    let judge = |value: Value| -> Result<T, (bool, String)> {
        let read: T = from_value(value.clone()).map_err(|error| (false, error.to_string()))?;
        let from_text: T = from_str(&value.to_string()).unwrap();
        assert_eq!(from_text, read);
        use_it(&read).map_err(|error| (true, error.to_string()))?;
        Ok(read)
    };
    let mut names: Vec<&str> = members.iter().map(|(name, _)| *name).collect();
    names.sort_unstable();
    let all: Vec<&String> = good.as_object().unwrap().keys().collect();
    assert_eq!(names, all, "every member is in the table");
    for (name, member) in members {
        let with = |value: Value| {
            let mut changed = good.clone();
            changed[*name] = value;
            changed
        };
        // In the name of the column, or in Rust's. Rows leave it to the format where a value is
        // of the wrong type altogether.
        let names_it = |message: &str| {
            let plain = |text: &str| text.replace('_', "").to_lowercase();
            assert!(plain(message).contains(&plain(name)), "{name}: {message}");
        };
        let mut absent = good.clone();
        absent.as_object_mut().unwrap().remove(*name);
        match judge(absent.clone()) {
            Ok(read) => {
                assert!(member.may_be_absent(), "{name}");
                assert_ne!(read, whole, "{name}");
                // Null is the same as absent where it is taken at all.
                if member.may_be_null() {
                    assert_eq!(judge(with(Value::Null)), Ok(read), "{name}");
                }
            }
            Err((_, message)) => {
                assert!(!member.may_be_absent(), "{message}");
                names_it(&message);
            }
        }
        if !member.may_be_null() {
            let (_, message) = judge(with(Value::Null)).unwrap_err();
            if denies_unknown {
                names_it(&message);
            }
        }
        for (text, _) in refused_texts() {
            let expected = member.takes(&text);
            match judge(with(json!(text))) {
                Ok(read) => {
                    assert_eq!(expected, Verdict::Good, "{name} {text:?}");
                    assert_eq!(to_value(read).unwrap()[*name], json!(text));
                }
                Err((used, message)) => {
                    assert_eq!(used, expected == Verdict::RefusedWhenUsed, "{name} {message}");
                    assert_ne!(expected, Verdict::Good, "{name} {message}");
                    if denies_unknown || matches!(member, Member::Text | Member::TextOrNull) {
                        names_it(&message);
                    }
                }
            }
        }
        for other in [json!(5), json!({}), json!({"a": "b"}), json!([[]])] {
            judge(with(other)).unwrap_err();
        }
        let list = judge(with(json!([])));
        assert_eq!(list.is_ok(), *member == Member::List, "{name}");
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
    // An object is no list of its values, and above all no empty one.
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
fn every_member_of_every_request() {
    use Member::{
        Compared, List, Optional, OptionalOrNull, Prefix, Required, Written, WrittenOrAbsent,
        WrittenOrNull,
    };
    let id = Uuid::now_v7();
    assert_members(
        &json!({"id": id, "gameId": id, "externalTaskId": "task", "strategyId": "own"}),
        &[
            ("id", OptionalOrNull),
            ("gameId", Required),
            ("externalTaskId", Written),
            ("strategyId", WrittenOrNull),
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
            "gameId": id, "statuses": ["open"], "strategies": ["own"], "keys": [{"Id": id}],
            "externalIdPrefix": "p", "createdFrom": moment, "createdUntil": moment,
        }),
        &[
            ("gameId", Optional),
            ("statuses", List),
            ("strategies", List),
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
fn every_member_of_every_row() {
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
    // So is each task of a page, and what an application reads into the entity.
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
fn an_empty_value_in_a_query_string_is_not_the_same_as_none() {
    fn assert_refused<T: DeserializeOwned + Debug>(queries_of: &[String]) {
        for query in queries_of {
            for read in queries::<T>(query) {
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
        "limit",
        "game_id",
    ]));
    assert_refused::<TaskPatch>(&each(&["ifUnmodifiedSince", "if_status"]));
    assert_refused::<TaskScope>(&each(&["callers", "access", "unrestricted", "caller"]));
    let required = format!("gameId={}&externalTaskId=x", Uuid::nil());
    for query in ["id=", "id=x", "status=open"] {
        for read in queries::<NewTask>(&format!("{required}&{query}")) {
            read.expect_err(query);
        }
    }
    // An empty list matches no task, whatever the format makes of it.
    for member in ["statuses", "strategies", "keys"] {
        for read in queries::<TaskFilter>(&format!("{member}=")).into_iter().flatten() {
            assert_ne!(read, TaskFilter::all(), "{member}");
            let json = to_value(read).unwrap();
            assert!(json[member] == json!([]) || json[member] == json!([""]), "{json}");
        }
    }
    // An empty text is text, and what uses it judges it.
    for read in queries::<TaskPatch>("strategyId=&status=&ifStatus=") {
        assert_eq!(read.unwrap(), TaskPatch::new().strategy("").status("").if_status(""));
    }
    for read in queries::<NewTask>(&format!("{required}&strategyId=")) {
        assert_eq!(read.unwrap(), NewTask::new(Uuid::nil(), "x").strategy(""));
    }
    // What is left out restricts nothing, and what is given is read.
    for read in queries::<TaskFilter>("") {
        assert_eq!(read.unwrap(), TaskFilter::all());
    }
    let id = Uuid::now_v7();
    for read in queries::<TaskFilter>(&format!("gameId={id}&externalIdPrefix=p")) {
        assert_eq!(read.unwrap(), TaskFilter::in_game(id).external_id_prefix("p"));
    }
    for read in queries::<NewTask>(&format!("{required}&id={id}&strategyId=own")) {
        assert_eq!(read.unwrap(), NewTask::new(Uuid::nil(), "x").id(id).strategy("own"));
    }
    for query in [format!("gameId={id}&gameId="), format!("gameId=&gameId={id}")] {
        for read in queries::<TaskFilter>(&query) {
            assert_ne!(read.ok(), Some(TaskFilter::all()), "{query}");
        }
    }
}

#[test]
fn a_scope_is_never_widened_by_what_is_missing() {
    let key = json!({"ApiKey": "gme_live_abc12345"});
    let scope = TaskScope::api_key(ApiKeyId::new("gme_live_abc12345").unwrap());
    let both = scope.clone().and(TaskScope::owner("tenant"));
    for (scope, json) in [
        (TaskScope::unrestricted(), json!({"access": "unrestricted"})),
        (scope.clone(), json!({"callers": [key]})),
        (both.clone(), json!({"callers": [key, {"Owner": {"Text": "tenant"}}]})),
    ] {
        assert_eq!(to_value(&scope).unwrap(), json);
        assert_eq!(from_value::<TaskScope>(json).unwrap(), scope);
    }
    // Naming a caller twice is the same as naming it once.
    assert_eq!(from_value::<TaskScope>(json!({"callers": [key, key]})).unwrap(), scope);
    for (refused, why) in [
        (json!({}), "missing field `callers`"),
        (json!({"callers": []}), "callers must not be empty"),
        (json!({"callers": null}), "callers: invalid type: null"),
        (json!({"callers": ""}), "callers: invalid type"),
        (json!({"callers": {}}), "callers: invalid type"),
        (json!({"callers": [], "caller": [key]}), "unknown field `caller`"),
        (json!({"callers": [key], "caller": [key]}), "unknown field `caller`"),
        (json!({"caller": [key]}), "unknown field `caller`"),
        (json!({"Callers": [key]}), "unknown field `Callers`"),
        (json!({"callers": [key], "access": "unrestricted"}), "mutually exclusive"),
        (json!({"callers": [], "access": "unrestricted"}), "mutually exclusive"),
        (json!({"unrestricted": true}), "unknown field `unrestricted`"),
        (json!({"access": ""}), "access: unknown variant"),
        (json!({"access": "all"}), "access: unknown variant"),
        (json!({"access": null}), "access: "),
        (json!({"access": true}), "access: "),
        (json!(null), "invalid type: null"),
        (json!([]), "invalid type: sequence"),
        (json!([[key]]), "invalid type: sequence"),
    ] {
        let error = from_value::<TaskScope>(refused.clone()).unwrap_err().to_string();
        assert!(error.contains(why), "{refused}: {error}");
        from_str::<TaskScope>(&refused.to_string()).unwrap_err();
    }
    from_str::<TaskScope>(&format!(r#"{{"callers": [{key}], "callers": [{key}]}}"#)).unwrap_err();
}

#[test]
fn a_caller_is_one_of_its_kinds() {
    for (caller, json) in [
        (Caller::ApiKey(ApiKeyId::new("k").unwrap()), json!({"ApiKey": "k"})),
        (Caller::OauthUser(OauthUserId::new("u").unwrap()), json!({"OauthUser": "u"})),
        (Caller::Owner("x".repeat(256).into()), json!({"Owner": {"Text": "x".repeat(256)}})),
        (Caller::Owner("a\tb".into()), json!({"Owner": {"Text": "a\tb"}})),
        (Caller::Owner(OwnerId::Int(0)), json!({"Owner": {"Int": 0}})),
        (Caller::Owner(Uuid::nil().into()), json!({"Owner": {"Uuid": Uuid::nil()}})),
    ] {
        assert_eq!(to_value(&caller).unwrap(), json);
        assert_eq!(from_value::<Caller>(json.clone()).unwrap(), caller);
        assert_eq!(from_str::<Caller>(&json.to_string()).unwrap(), caller);
    }
    for (text, reason) in refused_texts() {
        for (kind, field) in [("ApiKey", "api_key_used"), ("OauthUser", "oauth_user_id")] {
            let error = from_value::<Caller>(json!({kind: text})).unwrap_err().to_string();
            assert_eq!(error, format!("{field} {reason}"));
        }
    }
    for (text, reason) in [
        ("", ValidationReason::Empty),
        (" \t", ValidationReason::Blank),
        ("a\0", ValidationReason::ControlCharacter { position: 1 }),
    ] {
        let error = from_value::<OwnerId>(json!({"Text": text})).unwrap_err().to_string();
        assert_eq!(error, format!("owner {reason}"));
    }
    // No error shows what may be an API key in the wrong place.
    let secret = "gme_live_secret";
    for refused in [
        json!({}),
        json!(null),
        json!(5),
        json!([]),
        json!(secret),
        json!([secret]),
        json!({secret: secret}),
        json!({"apiKey": secret}),
        json!({"ApiKey": [secret]}),
        json!({"ApiKey": {"key": secret}}),
        json!({"ApiKey": secret, "OauthUser": "u"}),
        json!({"ApiKey": secret, "ApiKeys": "u"}),
        json!({"ApiKey": null}),
        json!("ApiKey"),
        json!({"Owner": {}}),
        json!({"Owner": secret}),
        json!({"Owner": {secret: 1}}),
        json!({"Owner": {"Int": secret}}),
        json!({"Owner": {"Uuid": secret}}),
        json!({"Owner": {"Text": "a", "Int": 1}}),
    ] {
        let text = refused.to_string();
        let scope = json!({"callers": [refused]});
        for scope in [json!({"callers": refused}), json!({"access": refused})] {
            let error = from_str::<TaskScope>(&scope.to_string()).unwrap_err().to_string();
            assert!(!error.contains(secret), "{scope}: {error}");
            let error = from_value::<TaskScope>(scope.clone()).unwrap_err().to_string();
            assert!(!error.contains(secret), "{scope}: {error}");
        }
        for error in [
            from_value::<Caller>(refused).unwrap_err(),
            from_str::<Caller>(&text).unwrap_err(),
            from_value::<TaskScope>(scope.clone()).unwrap_err(),
            from_str::<TaskScope>(&scope.to_string()).unwrap_err(),
        ] {
            assert!(!error.to_string().contains(secret), "{text}: {error}");
        }
    }
}

#[test]
fn a_blank_strategy_means_none() {
    let blank = ["", " ", "\t", "\r\n", "\u{a0}", " \u{3000}\u{2003}", "\u{85}"];
    let [task, game] = [Uuid::now_v7(), Uuid::now_v7()];
    let of = |own: &str, inherited: Option<&str>, inheritance| {
        let inherited = inherited.map(stored);
        let how = ResolvedStrategy::of(task, game, stored(own), inherited, inheritance);
        how.to_string()
    };
    for text in blank {
        let strategy: StrategyId = stored(text);
        assert!(strategy.is_default());
        assert_eq!(strategy.kind(), StrategyKind::Default);
        for own in blank.into_iter().chain(["default"]) {
            for inheritance in [Inheritance::FromGame, Inheritance::Never] {
                let none = "default, since neither the task nor its game has one";
                assert_eq!(of(own, Some(text), inheritance), none);
                assert_eq!(of(own, None, inheritance), none);
            }
            let inherited = of(own, Some("bees"), Inheritance::FromGame);
            assert_eq!(inherited, "bees, inherited from the game");
        }
        assert_eq!(of("own", Some(text), Inheritance::FromGame), "own, the task's own");
    }
    // These are not blank, whatever they look like.
    for text in ["\0", "\u{200b}", " x", "Default", "default "] {
        assert!(!stored::<StrategyId>(text).is_default(), "{text:?}");
        assert!(of("default", Some(text), Inheritance::FromGame).starts_with(text));
    }
}

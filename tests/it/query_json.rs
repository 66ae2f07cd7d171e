//! Reading and writing filters and queries as JSON and as query strings.

use game_tasks::{
    Cursor, MAX_PAGE_SIZE, SortDirection, TaskFilter, TaskKey, TaskOrder, TaskQuery,
    ValidationReason,
};
use proptest::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, from_value, json, to_value};
use std::fmt::Debug;
use uuid::Uuid;

/// Parses a query string with each of the crates that web frameworks use.
fn parse<T: DeserializeOwned>(query: &str) -> [Result<T, String>; 4] {
    [
        serde_urlencoded::from_str(query).map_err(|error| error.to_string()),
        serde_html_form::from_str(query).map_err(|error| error.to_string()),
        serde_qs::from_str(query).map_err(|error| error.to_string()),
        serde_qs_0_15::from_str(query).map_err(|error| error.to_string()),
    ]
}

fn assert_parsed<T: DeserializeOwned + PartialEq + Debug>(query: &str, expected: &T) {
    let [urlencoded, html_form, qs, qs_0_15] = parse::<T>(query);
    for parsed in [urlencoded, html_form, qs] {
        assert_eq!(parsed.as_ref(), Ok(expected), "{query}");
    }
    // Before 1.0 this crate refuses a repeated key without brackets.
    if !qs_0_15.as_ref().is_err_and(|error| error.contains("Multiple values for one key")) {
        assert_eq!(qs_0_15.as_ref(), Ok(expected), "{query}");
    }
}

#[test]
fn filters_as_clients_write_them() {
    let id = Uuid::now_v7();
    let two = TaskFilter::all().statuses(["open", "closed"]);
    assert_parsed("status=open&status=closed", &two);
    assert_parsed("status=closed&status=open&status=open", &two);
    assert_parsed("statuses=open&statuses=closed", &two);
    assert_parsed("status=open", &TaskFilter::all().statuses(["open"]));
    assert_parsed(
        &format!("status=open&gameId={id}&strategyId=a&status=closed&strategyId=b%26"),
        &TaskFilter::in_game(id).statuses(["open", "closed"]).strategies(["a", "b&"]),
    );
    assert_parsed(&format!("keys={id}"), &TaskFilter::keys([id]));
    let nil = Uuid::nil();
    assert_parsed(&format!("keys={id}&keys={nil}"), &TaskFilter::keys([id, nil]));
    assert_parsed(
        "createdFrom=2026-11-26T14:03:32Z&createdUntil=2026-11-27T14:03:32%2B01:00",
        &TaskFilter::all()
            .created_from("2026-11-26T14:03:32Z".parse().unwrap())
            .created_until("2026-11-27T13:03:32Z".parse().unwrap()),
    );
    // As `serde_qs` writes lists.
    for text in ["status[0]=open&status[1]=closed", "status[]=open&status[]=closed"] {
        assert_eq!(serde_qs::from_str::<TaskFilter>(text).unwrap(), two, "{text}");
        assert_eq!(serde_qs_0_15::from_str::<TaskFilter>(text).unwrap(), two, "{text}");
    }
}

#[test]
fn queries_as_clients_write_them() {
    let id = Uuid::now_v7();
    let all = || TaskQuery::new(TaskFilter::all());
    assert_parsed("", &all());
    let open = TaskFilter::in_game(id).statuses(["open", "closed"]);
    assert_parsed(
        &format!("gameId={id}&status=open&status=closed&limit=50&cursor=abc"),
        &TaskQuery::new(open.clone()).after(Cursor::from("abc")),
    );
    assert_parsed(
        &format!("order=externalTaskId&status=open&limit=7&status=closed&page=3&gameId={id}"),
        &TaskQuery::new(open).order_by(TaskOrder::ExternalId).limit(7).page(3),
    );
    assert_parsed("order=updated&direction=desc", &all().order_by(TaskOrder::Updated).descending());
    assert_parsed("order=created&direction=asc&page=1&limit=50&withTotal=false", &all());
    assert_parsed("withTotal=true", &all().with_total());
    // Validated by the call that uses it, like a query that is built.
    assert_parsed("limit=0", &all().limit(0));
    let max = u64::MAX;
    assert_parsed(&format!("limit={max}&page={max}"), &all().limit(max).page(max));
}

#[test]
fn json_contains_only_what_is_set() {
    let id = Uuid::now_v7();
    let all = TaskQuery::new(TaskFilter::all());
    let filter = TaskFilter::in_game(id).statuses(["open"]);
    let full = TaskQuery::new(filter)
        .order_by(TaskOrder::ExternalId)
        .direction(SortDirection::Descending)
        .limit(2)
        .page(3)
        .with_total();
    let json = json!({
        "gameId": id, "status": ["open"], "order": "externalTaskId", "direction": "desc",
        "limit": 2, "page": 3, "withTotal": true,
    });
    for (query, json) in [
        (all.clone(), json!({})),
        (full, json),
        (all.clone().order_by(TaskOrder::Updated), json!({"order": "updated"})),
        (all.after(Cursor::from("abc")), json!({"cursor": "abc"})),
    ] {
        assert_eq!(to_value(&query).unwrap(), json);
        assert_eq!(from_value::<TaskQuery>(json).unwrap(), query);
    }
    // Values as text, and one value instead of a list.
    let lenient = json!({"status": "open", "limit": "2", "page": "3", "withTotal": "true"});
    let expected = TaskQuery::new(TaskFilter::all().statuses(["open"])).limit(2).page(3);
    assert_eq!(from_value::<TaskQuery>(lenient).unwrap(), expected.with_total());
}

#[test]
fn errors_name_the_member_and_the_reason() {
    let id = Uuid::now_v7();
    let refused = |json: Value, expected: &str| {
        let error = from_value::<TaskQuery>(json.clone()).unwrap_err().to_string();
        assert_eq!(error, expected, "{json}");
    };
    let number = "expected a whole number from 0 to 18446744073709551615";
    refused(json!({"limit": -1}), &format!("limit: invalid value: integer `-1`, {number}"));
    refused(json!({"limit": "x"}), &format!("limit: invalid value: string \"x\", {number}"));
    refused(json!({"page": 1.5}), &format!("page: invalid type: floating point `1.5`, {number}"));
    refused(json!({"page": null}), &format!("page: invalid type: null, {number}"));
    refused(
        json!({"withTotal": "yes"}),
        "withTotal: invalid value: string \"yes\", expected `true` or `false`",
    );
    refused(
        json!({"order": "id"}),
        "order: unknown variant `id`, expected one of `created`, `externalTaskId`, `updated`",
    );
    refused(
        json!({"direction": "down"}),
        "direction: unknown variant `down`, expected `asc` or `desc`",
    );
    refused(json!({"page": 1, "cursor": "abc"}), "`page` and `cursor` are mutually exclusive");
    refused(json!({"cursor": ""}), "cursor must not be empty");
    refused(json!({"status": ""}), "status: must not be empty");
    refused(
        json!({"status": null}),
        "status: invalid type: null, expected a value or a list of values",
    );
    refused(json!({"status": ["open"], "statuses": ["closed"]}), "duplicate field `status`");
    refused(
        json!({"keys": ["x"]}),
        "keys: invalid value: string \"x\", \
         expected an object that identifies a task, or the id of a task",
    );
    refused(json!({"keys": [{"gameId": id}]}), "keys: missing field `id` or `externalTaskId`");
    refused(json!({"keys": {"externalTaskId": "x"}}), "keys: `externalTaskId` needs `gameId`");
    refused(
        json!({"keys": [{"id": id, "gameId": id, "externalTaskId": "x"}]}),
        "keys: `id` and `externalTaskId` are mutually exclusive",
    );
    refused(
        json!({"offset": 5}),
        "unknown field `offset`, expected one of `gameId`, `status`, `strategyId`, `keys`, \
         `externalIdPrefix`, `createdFrom`, `createdUntil`, `order`, `direction`, `limit`, `page`, \
         `cursor`, `withTotal`",
    );
    for query in ["limit=5&limit=6", "page=1&page=1", "order=created&order=updated", "limit=x"] {
        let member = query.split('=').next().unwrap();
        for parsed in parse::<TaskQuery>(query) {
            let error = parsed.unwrap_err();
            assert!(error.contains(member), "{query}: {error}");
        }
    }
    for parsed in parse::<TaskQuery>("page=2&cursor=abc") {
        assert!(parsed.unwrap_err().contains("mutually exclusive"));
    }
}

#[test]
fn a_query_validates_limit_page_and_filter() {
    let all = || TaskQuery::new(TaskFilter::all());
    let reason = |query: TaskQuery| query.validate().map_err(|error| (error.field, error.reason));
    assert_eq!(reason(all().limit(MAX_PAGE_SIZE).page(1_000_000)), Ok(()));
    assert_eq!(reason(all().after(Cursor::from("not a cursor"))), Ok(()));
    let too_small = ValidationReason::TooSmall { min: 1 };
    assert_eq!(reason(all().limit(0)), Err(("limit", too_small.clone())));
    assert_eq!(reason(all().page(0)), Err(("page", too_small)));
    let max = MAX_PAGE_SIZE;
    assert_eq!(reason(all().limit(max + 1)), Err(("limit", ValidationReason::TooLarge { max })));
    let max = i64::MAX as u64 / 50;
    assert_eq!(reason(all().page(max + 1)), Err(("page", ValidationReason::TooLarge { max })));
    let control = ValidationReason::ControlCharacter { position: 0 };
    let nul = TaskQuery::new(TaskFilter::all().statuses(["\0"]));
    assert_eq!(reason(nul), Err(("statuses", control)));
}

#[test]
fn key_round_trip() {
    let (game, id) = (Uuid::now_v7(), Uuid::now_v7());
    for (key, json) in [
        (TaskKey::Id(id), json!({"id": id})),
        (TaskKey::InGame(game, id), json!({"gameId": game, "id": id})),
        (TaskKey::External(game, "x".to_owned()), json!({"gameId": game, "externalTaskId": "x"})),
    ] {
        assert_eq!(to_value(&key).unwrap(), json);
        assert_eq!(from_value::<TaskKey>(json).unwrap(), key);
    }
    for refused in [
        json!({}),
        json!([]),
        json!(null),
        json!("x"),
        json!({"gameId": game}),
        json!({"externalTaskId": "x"}),
        json!({"id": id, "externalTaskId": "x"}),
        json!({"id": id, "other": 1}),
        json!({"Id": id}),
    ] {
        from_value::<TaskKey>(refused.clone()).expect_err(&refused.to_string());
    }
}

fn arbitrary_filter() -> impl Strategy<Value = TaskFilter> {
    let uuid = any::<u128>().prop_map(Uuid::from_u128);
    // Without empty texts: other programs' rows may have them, but no query string can ask for one.
    let text = "\\PC{1,12}";
    let texts = proptest::option::of(proptest::collection::vec(text, 1..4));
    let time = proptest::option::of(0..4_000_000_000_000_000_i64);
    let time = time.prop_map(|micros| micros.and_then(chrono::DateTime::from_timestamp_micros));
    (
        proptest::option::of(uuid),
        texts.clone(),
        texts,
        proptest::option::of(text),
        time.clone(),
        time,
    )
        .prop_map(|(game_id, statuses, strategies, prefix, from, until)| {
            let mut filter = TaskFilter::all();
            filter.game_id = game_id;
            filter.statuses = statuses.map(|texts| texts.into_iter().collect());
            filter.strategies = strategies.map(|texts| texts.into_iter().collect());
            filter.external_id_prefix = prefix;
            filter.created_from = from;
            filter.created_until = until;
            filter
        })
}

fn arbitrary_query() -> impl Strategy<Value = TaskQuery> {
    let order = proptest::sample::select(vec![
        TaskOrder::Created,
        TaskOrder::ExternalId,
        TaskOrder::Updated,
    ]);
    let start = prop_oneof![
        any::<u64>().prop_map(Ok),
        "[A-Za-z0-9_-]{1,40}".prop_map(|text| Err(Cursor::from(text))),
    ];
    let limit = prop_oneof![Just(50), any::<u64>()];
    (arbitrary_filter(), order, any::<bool>(), limit, start, any::<bool>()).prop_map(
        |(filter, order, descending, limit, start, total)| {
            let direction = match descending {
                true => SortDirection::Descending,
                false => SortDirection::Ascending,
            };
            let query = TaskQuery::new(filter).order_by(order).direction(direction).limit(limit);
            let query = match start {
                Ok(number) => query.page(number),
                Err(cursor) => query.after(cursor),
            };
            if total { query.with_total() } else { query }
        },
    )
}

fn assert_json_round_trip<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T) {
    assert_eq!(from_value::<T>(to_value(value).unwrap()).unwrap(), *value);
    let text = serde_json::to_string(value).unwrap();
    assert_eq!(serde_json::from_str::<T>(&text).unwrap(), *value);
}

fn assert_query_string_round_trip<T>(value: &T)
where
    T: Serialize + DeserializeOwned + PartialEq + Debug,
{
    let repeated = serde_html_form::to_string(value).unwrap();
    assert_eq!(serde_html_form::from_str::<T>(&repeated).unwrap(), *value, "{repeated}");
    assert_eq!(serde_urlencoded::from_str::<T>(&repeated).unwrap(), *value, "{repeated}");
    let indexed = serde_qs::to_string(value).unwrap();
    assert_eq!(serde_qs::from_str::<T>(&indexed).unwrap(), *value, "{indexed}");
    let indexed = serde_qs_0_15::to_string(value).unwrap();
    assert_eq!(serde_qs_0_15::from_str::<T>(&indexed).unwrap(), *value, "{indexed}");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_a_query_serializes_to_is_read_back(query in arbitrary_query()) {
        assert_json_round_trip(&query);
        assert_query_string_round_trip(&query);
    }

    #[test]
    fn what_a_filter_serializes_to_is_read_back(filter in arbitrary_filter()) {
        assert_json_round_trip(&filter);
        assert_query_string_round_trip(&filter);
    }
}

#[test]
fn keys_and_empty_lists_round_trip_as_json() {
    let (game, id) = (Uuid::now_v7(), Uuid::now_v7());
    let keys = [TaskKey::from(id), (game, id).into(), (game, "x").into(), (game, "").into()];
    let by_key = TaskFilter::keys(keys);
    let nothing = TaskFilter::all().statuses::<String>([]).strategies([""]);
    for filter in [by_key, nothing, TaskFilter::keys::<TaskKey>([])] {
        assert_json_round_trip(&filter);
        assert_json_round_trip(&TaskQuery::new(filter));
    }
}

//! The serde representation of filters and queries: one flat object, in JSON and in query strings.
//!
//! The values of a query string are texts, and `serde_urlencoded` gives a key that is repeated
//! several times, so serde's derive cannot read them. Everything here reads what the formats
//! have in common.

use crate::query::filter::TaskFilter;
use crate::query::order::{SortDirection, TaskOrder};
use crate::query::task_query::{FIRST_PAGE, Start, TaskQuery};
use crate::query::{Cursor, DEFAULT_PAGE_SIZE};
use crate::task::serde_object::with_field_name;
use crate::task::{TaskKey, ValidationError, ValidationReason};
use chrono::{DateTime, Utc};
use serde::de::value::MapAccessDeserializer;
use serde::de::{
    Deserialize, Deserializer, Error, IntoDeserializer, MapAccess, SeqAccess, Unexpected, Visitor,
};
use serde::ser::{Serialize, SerializeMap, Serializer};
use std::collections::BTreeSet;
use std::fmt;
use std::marker::PhantomData;
use uuid::Uuid;

const GAME_ID: &str = "gameId";
const STATUS: &str = "status";
const STRATEGY_ID: &str = "strategyId";
const KEYS: &str = "keys";
const EXTERNAL_ID_PREFIX: &str = "externalIdPrefix";
const CREATED_FROM: &str = "createdFrom";
const CREATED_UNTIL: &str = "createdUntil";

const ORDER: &str = "order";
const DIRECTION: &str = "direction";
const LIMIT: &str = "limit";
const PAGE: &str = "page";
const CURSOR: &str = "cursor";
const WITH_TOTAL: &str = "withTotal";

/// The members of a filter, as far as they have been read.
#[derive(Default)]
struct FilterMembers {
    game_id: Option<Uuid>,
    statuses: Option<OneOrMany<String>>,
    strategies: Option<OneOrMany<String>>,
    keys: Option<OneOrMany<TaskKey>>,
    external_id_prefix: Option<String>,
    created_from: Option<DateTime<Utc>>,
    created_until: Option<DateTime<Utc>>,
}

/// Members that are read one by one.
trait Members: Default {
    type Value;

    /// Reads the value of the member of this name; `false` if there is no such member.
    fn read<'de, A: MapAccess<'de>>(
        &mut self,
        name: &str,
        object: &mut A,
    ) -> Result<bool, A::Error>;

    fn names() -> Vec<&'static str>;

    fn finish<E: Error>(self) -> Result<Self::Value, E>;
}

impl Members for FilterMembers {
    type Value = TaskFilter;

    fn read<'de, A: MapAccess<'de>>(
        &mut self,
        name: &str,
        object: &mut A,
    ) -> Result<bool, A::Error> {
        match name {
            GAME_ID => read_once(GAME_ID, &mut self.game_id, object)?,
            STATUS | "statuses" => read_repeated(STATUS, &mut self.statuses, object)?,
            STRATEGY_ID | "strategies" => {
                read_repeated(STRATEGY_ID, &mut self.strategies, object)?;
            }
            KEYS | "key" => read_repeated(KEYS, &mut self.keys, object)?,
            EXTERNAL_ID_PREFIX => {
                read_once(EXTERNAL_ID_PREFIX, &mut self.external_id_prefix, object)?;
            }
            CREATED_FROM => read_once(CREATED_FROM, &mut self.created_from, object)?,
            CREATED_UNTIL => read_once(CREATED_UNTIL, &mut self.created_until, object)?,
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn names() -> Vec<&'static str> {
        vec![GAME_ID, STATUS, STRATEGY_ID, KEYS, EXTERNAL_ID_PREFIX, CREATED_FROM, CREATED_UNTIL]
    }

    fn finish<E: Error>(self) -> Result<TaskFilter, E> {
        let Self {
            game_id,
            statuses,
            strategies,
            keys,
            external_id_prefix,
            created_from,
            created_until,
        } = self;
        // Every text begins with the empty one, which is most likely a value that was lost.
        if external_id_prefix.as_deref() == Some("") {
            let error = ValidationError::new("external_id_prefix", ValidationReason::Empty);
            return Err(E::custom(error));
        }
        Ok(TaskFilter {
            game_id,
            statuses: statuses.map(|read| read.values),
            strategies: strategies.map(|read| read.values),
            keys: keys.map(|read| read.values),
            external_id_prefix,
            created_from,
            created_until,
        })
    }
}

/// Serializes the members that are present.
fn write_filter<M: SerializeMap>(filter: &TaskFilter, object: &mut M) -> Result<(), M::Error> {
    let TaskFilter {
        game_id,
        statuses,
        strategies,
        keys,
        external_id_prefix,
        created_from,
        created_until,
    } = filter;
    write(object, GAME_ID, game_id.as_ref())?;
    write(object, STATUS, statuses.as_ref())?;
    write(object, STRATEGY_ID, strategies.as_ref())?;
    write(object, KEYS, keys.as_ref())?;
    write(object, EXTERNAL_ID_PREFIX, external_id_prefix.as_ref())?;
    write(object, CREATED_FROM, created_from.as_ref())?;
    write(object, CREATED_UNTIL, created_until.as_ref())
}

/// The members of a query, as far as they have been read.
#[derive(Default)]
struct QueryMembers {
    filter: FilterMembers,
    order: Option<TaskOrder>,
    direction: Option<SortDirection>,
    limit: Option<Number>,
    page: Option<Number>,
    cursor: Option<Cursor>,
    with_total: Option<Flag>,
}

impl Members for QueryMembers {
    type Value = TaskQuery;

    fn read<'de, A: MapAccess<'de>>(
        &mut self,
        name: &str,
        object: &mut A,
    ) -> Result<bool, A::Error> {
        match name {
            ORDER => read_once(ORDER, &mut self.order, object)?,
            DIRECTION => read_once(DIRECTION, &mut self.direction, object)?,
            LIMIT => read_once(LIMIT, &mut self.limit, object)?,
            PAGE => read_once(PAGE, &mut self.page, object)?,
            CURSOR => read_once(CURSOR, &mut self.cursor, object)?,
            WITH_TOTAL => read_once(WITH_TOTAL, &mut self.with_total, object)?,
            other => return self.filter.read(other, object),
        }
        Ok(true)
    }

    fn names() -> Vec<&'static str> {
        let mut names = FilterMembers::names();
        names.extend([ORDER, DIRECTION, LIMIT, PAGE, CURSOR, WITH_TOTAL]);
        names
    }

    fn finish<E: Error>(self) -> Result<TaskQuery, E> {
        let Self { filter, order, direction, limit, page, cursor, with_total } = self;
        let start = match (page, cursor) {
            (Some(_), Some(_)) => {
                return Err(E::custom("`page` and `cursor` are mutually exclusive"));
            }
            (None, Some(cursor)) if cursor.as_str().is_empty() => {
                return Err(E::custom(ValidationError::new(CURSOR, ValidationReason::Empty)));
            }
            (None, Some(cursor)) => Start::After(cursor),
            (page, None) => Start::Page(page.map_or(FIRST_PAGE, |number| number.0)),
        };
        Ok(TaskQuery {
            filter: filter.finish()?,
            order: order.unwrap_or_default(),
            direction: direction.unwrap_or_default(),
            limit: limit.map_or(DEFAULT_PAGE_SIZE, |number| number.0),
            start,
            total: with_total.is_some_and(|flag| flag.0),
        })
    }
}

impl Serialize for TaskFilter {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        write_filter(self, &mut object)?;
        object.end()
    }
}

impl Serialize for TaskQuery {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { filter, order, direction, limit, start, total } = self;
        let mut object = serializer.serialize_map(None)?;
        write_filter(filter, &mut object)?;
        write(&mut object, ORDER, unless_default(order, &TaskOrder::default()))?;
        write(&mut object, DIRECTION, unless_default(direction, &SortDirection::default()))?;
        write(&mut object, LIMIT, unless_default(limit, &DEFAULT_PAGE_SIZE))?;
        match start {
            Start::Page(number) => {
                write(&mut object, PAGE, unless_default(number, &FIRST_PAGE))?;
            }
            Start::After(cursor) => write(&mut object, CURSOR, Some(cursor))?,
        }
        write(&mut object, WITH_TOTAL, unless_default(total, &false))?;
        object.end()
    }
}

impl<'de> Deserialize<'de> for TaskFilter {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectVisitor(PhantomData::<FilterMembers>))
    }
}

impl<'de> Deserialize<'de> for TaskQuery {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectVisitor(PhantomData::<QueryMembers>))
    }
}

fn write<M: SerializeMap, T: Serialize + ?Sized>(
    object: &mut M,
    name: &'static str,
    value: Option<&T>,
) -> Result<(), M::Error> {
    value.map_or(Ok(()), |value| object.serialize_entry(name, value))
}

fn unless_default<'v, T: PartialEq>(value: &'v T, default: &T) -> Option<&'v T> {
    Some(value).filter(|value| *value != default)
}

/// Reads an object, and refuses members of other names.
struct ObjectVisitor<M>(PhantomData<M>);

impl<'de, M: Members> Visitor<'de> for ObjectVisitor<M> {
    type Value = M::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<M::Value, A::Error> {
        let mut members = M::default();
        while let Some(name) = object.next_key::<String>()? {
            if !members.read(&name, &mut object)? {
                let known = M::names().join("`, `");
                return Err(A::Error::custom(format_args!(
                    "unknown field `{name}`, expected one of `{known}`"
                )));
            }
        }
        members.finish()
    }
}

/// Reads the value of a member that may be present once.
fn read_once<'de, T: Deserialize<'de>, A: MapAccess<'de>>(
    name: &'static str,
    member: &mut Option<T>,
    object: &mut A,
) -> Result<(), A::Error> {
    if member.is_some() {
        return Err(A::Error::duplicate_field(name));
    }
    *member = Some(with_field_name(name, object.next_value())?);
    Ok(())
}

/// Reads a value of a member that is one list, or single values under a repeated name.
fn read_repeated<'de, T: Deserialize<'de> + Ord, A: MapAccess<'de>>(
    name: &'static str,
    member: &mut Option<OneOrMany<T>>,
    object: &mut A,
) -> Result<(), A::Error> {
    let read: OneOrMany<T> = with_field_name(name, object.next_value())?;
    match member {
        None => *member = Some(read),
        Some(before) if before.is_list || read.is_list => {
            return Err(A::Error::duplicate_field(name));
        }
        Some(before) => before.values.extend(read.values),
    }
    Ok(())
}

/// A list, or a single value.
struct OneOrMany<T> {
    values: BTreeSet<T>,
    is_list: bool,
}

impl<T: Ord> OneOrMany<T> {
    fn one(value: T) -> Self {
        Self { values: BTreeSet::from([value]), is_list: false }
    }
}

impl<'de, T: Deserialize<'de> + Ord> Deserialize<'de> for OneOrMany<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OneOrManyVisitor<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de> + Ord> Visitor<'de> for OneOrManyVisitor<T> {
            type Value = OneOrMany<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value or a list of values")
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
                // As in `?status=`, which is most likely a value that was lost.
                if text.is_empty() {
                    return Err(E::custom(ValidationReason::Empty));
                }
                T::deserialize(text.into_deserializer()).map(OneOrMany::one)
            }
            fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<Self::Value, A::Error> {
                T::deserialize(MapAccessDeserializer::new(object)).map(OneOrMany::one)
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
                let mut values = BTreeSet::new();
                while let Some(value) = list.next_element()? {
                    values.insert(value);
                }
                Ok(OneOrMany { values, is_list: true })
            }
        }

        deserializer.deserialize_any(OneOrManyVisitor(PhantomData))
    }
}

/// A number, which query strings contain as text.
struct Number(u64);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NumberVisitor;

        impl Visitor<'_> for NumberVisitor {
            type Value = Number;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "a whole number from 0 to {}", u64::MAX)
            }
            fn visit_u64<E: Error>(self, number: u64) -> Result<Number, E> {
                Ok(Number(number))
            }
            fn visit_i64<E: Error>(self, number: i64) -> Result<Number, E> {
                let invalid = |_| E::invalid_value(Unexpected::Signed(number), &self);
                u64::try_from(number).map(Number).map_err(invalid)
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Number, E> {
                let invalid = |_| E::invalid_value(Unexpected::Str(text), &self);
                text.parse().map(Number).map_err(invalid)
            }
        }

        deserializer.deserialize_any(NumberVisitor)
    }
}

/// A flag, which query strings contain as text.
struct Flag(bool);

impl<'de> Deserialize<'de> for Flag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct FlagVisitor;

        impl Visitor<'_> for FlagVisitor {
            type Value = Flag;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("`true` or `false`")
            }
            fn visit_bool<E: Error>(self, flag: bool) -> Result<Flag, E> {
                Ok(Flag(flag))
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Flag, E> {
                let invalid = |_| E::invalid_value(Unexpected::Str(text), &self);
                text.parse().map(Flag).map_err(invalid)
            }
        }

        deserializer.deserialize_any(FlagVisitor)
    }
}

//! Invalid texts are refused wherever they would be written, and a NUL character also where it
//! would only be compared.

use super::checks::OrFail;
use super::checks::expect_error;
use super::context::TestContext;
use super::failure::Failure;
use super::failure::Outcome;
use super::fixtures::{batch_error, refused_texts, validation_error};
use crate::{
    NewTask, OnExisting, TaskError, TaskFilter, TaskKey, TaskPatch, TaskQuery, TaskRepositoryExt,
    ValidationReason,
};
use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use futures_util::TryStreamExt;

cases! { "refused_texts":
    in_a_new_task,
    in_a_batch,
    in_a_patch,
    in_extension_methods,
    nul_in_a_key,
    nul_in_a_filter,
    nul_in_a_precondition,
    times_out_of_range,
}

async fn in_a_new_task(cx: &TestContext<'_>) -> Outcome {
    let game = cx.game().await?;
    for (text, reason) in refused_texts() {
        let error = cx.refused(cx.tasks.create(NewTask::new(game, &*text))).await?;
        ensure_eq!(validation_error(error)?, ("external_task_id", reason.clone()), "{text:?}");

        let task = NewTask::new(game, "task").strategy(&*text);
        let error = cx.refused(cx.tasks.create(task)).await?;
        ensure_eq!(validation_error(error)?, ("strategy_id", reason.clone()), "{text:?}");

        let task = NewTask::new(game, "task").status(&*text);
        let error = cx.refused(cx.tasks.create(task)).await?;
        ensure_eq!(validation_error(error)?, ("status", reason), "{text:?}");
    }
    Ok(())
}

async fn in_a_batch(cx: &TestContext<'_>) -> Outcome {
    let game = cx.game().await?;
    let all_texts = refused_texts();
    let bad_name = |text: &str| NewTask::new(game, text);
    let bad_strategy = |text: &str| NewTask::new(game, "task").strategy(text);
    let bad_status = |text: &str| NewTask::new(game, "task").status(text);

    let mut batch: Vec<NewTask> = Vec::new();
    batch.extend(all_texts.iter().map(|(text, _)| bad_name(text)));
    batch.extend(all_texts.iter().map(|(text, _)| bad_strategy(text)));
    batch.extend(all_texts.iter().map(|(text, _)| bad_status(text)));
    let before = cx.rows().await?;
    let outcomes = cx.tasks.create_many(batch.clone(), OnExisting::Fail).await?;
    ensure_eq!(cx.rows().await?, before);
    let fields = ["external_task_id", "strategy_id", "status"];
    let expected = fields
        .iter()
        .flat_map(|field| all_texts.iter().map(move |(_, reason)| (*field, reason.clone())));
    let refusals: Vec<_> = outcomes
        .into_iter()
        .map(|outcome| validation_error(expect_error(outcome)?))
        .collect::<Result<_, _>>()?;
    ensure_eq!(refusals, expected.collect::<Vec<_>>());

    for (task, expected) in batch.into_iter().zip(refusals) {
        let good = NewTask::new(game, "good");
        let error = cx.refused(cx.tasks.create_all([good, task], OnExisting::Keep)).await?;
        let (index, error) = batch_error(error)?;
        ensure_eq!((index, validation_error(error)?), (1, expected));
    }
    Ok(())
}

async fn in_a_patch(cx: &TestContext<'_>) -> Outcome {
    let game = cx.game().await?;
    let task = cx.task(game, "task").await?;
    for (text, reason) in refused_texts() {
        for (field, patch) in [
            ("strategy_id", TaskPatch::new().strategy(&*text)),
            ("status", TaskPatch::new().status(&*text)),
            ("status", TaskPatch::new().strategy("other").status(&*text)),
        ] {
            let error = cx.refused(cx.tasks.update(task.id, patch.clone())).await?;
            ensure_eq!(validation_error(error)?, (field, reason.clone()), "{text:?}");
            let error = cx.refused(cx.tasks.update_many(TaskFilter::all(), patch)).await?;
            ensure_eq!(validation_error(error)?, (field, reason.clone()), "{text:?}");
        }
    }
    Ok(())
}

async fn in_extension_methods(cx: &TestContext<'_>) -> Outcome {
    let game = cx.game().await?;
    let task = cx.task(game, "task").await?;
    for (text, reason) in refused_texts() {
        let error = cx.refused(cx.tasks.duplicate(&task, &*text)).await?;
        ensure_eq!(validation_error(error)?, ("external_task_id", reason.clone()), "{text:?}");
        let error = cx.refused(cx.tasks.get_or_create(NewTask::new(game, &*text))).await?;
        ensure_eq!(validation_error(error)?, ("external_task_id", reason.clone()), "{text:?}");
        let error = cx.refused(cx.tasks.transition(&task, "open", &*text)).await?;
        ensure_eq!(validation_error(error)?, ("status", reason.clone()), "{text:?}");
        let error = cx.refused(cx.tasks.reassign_strategy(None, "default", &*text)).await?;
        ensure_eq!(validation_error(error)?, ("strategy_id", reason), "{text:?}");
    }
    Ok(())
}

/// PostgreSQL aborts the transaction if a parameter contains NUL, so the crate refuses it first.
const NUL: &str = "ta\0sk";
const AT_NUL: ValidationReason = ValidationReason::ControlCharacter { position: 2 };

async fn nul_in_a_key(cx: &TestContext<'_>) -> Outcome {
    let game = cx.game().await?;
    cx.task(game, "task").await?;
    let key = TaskKey::External(game, NUL.to_owned());
    let tasks = cx.tasks;
    let patch = TaskPatch::new().status("closed");
    let mut errors = vec![
        cx.refused(tasks.find(&key)).await?,
        cx.refused(tasks.get(&key)).await?,
        cx.refused(tasks.exists(&key)).await?,
        cx.refused(tasks.update(&key, patch)).await?,
        cx.refused(tasks.transition(&key, "open", "closed")).await?,
        cx.refused(tasks.duplicate(&key, "copy")).await?,
        cx.refused(tasks.delete(&key)).await?,
    ];
    if let Some(resolver) = cx.optional_resolver() {
        errors.push(cx.refused(resolver.resolve_key(&key)).await?);
        errors.push(cx.refused(resolver.resolve_keys(std::slice::from_ref(&key))).await?);
    }
    for error in errors {
        ensure_eq!(validation_error(error)?, ("external_task_id", AT_NUL));
    }
    Ok(())
}

async fn nul_in_a_filter(cx: &TestContext<'_>) -> Outcome {
    let game = cx.game().await?;
    cx.task(game, "task").await?;
    for (field, filter) in [
        ("statuses", TaskFilter::all().statuses(["open", NUL])),
        ("strategies", TaskFilter::all().strategies([NUL, "default"])),
        ("external_task_id", TaskFilter::keys([(game, "task"), (game, NUL)])),
        ("external_id_prefix", TaskFilter::in_game(game).external_id_prefix(NUL)),
    ] {
        let refused = refusals_of_filter(cx, &filter).await?;
        for error in refused {
            ensure_eq!(validation_error(error)?, (field, AT_NUL));
        }
    }
    let error = cx.refused(cx.tasks.reassign_strategy(None, NUL, "other")).await?;
    ensure_eq!(validation_error(error)?.1, AT_NUL);
    Ok(())
}

/// The errors of all calls that take a filter, for a filter that must be refused.
async fn refusals_of_filter(
    cx: &TestContext<'_>,
    filter: &TaskFilter,
) -> Result<Vec<TaskError>, Failure> {
    let query = TaskQuery::new(filter.clone());
    let patch = TaskPatch::new().status("closed");
    Ok(vec![
        cx.refused(cx.tasks.list(query.clone())).await?,
        cx.refused(cx.tasks.count(filter.clone())).await?,
        cx.refused(cx.tasks.update_many(filter.clone(), patch)).await?,
        cx.refused(cx.tasks.delete_many(filter.clone())).await?,
        cx.refused(cx.tasks.stream(query).try_collect::<Vec<_>>()).await?,
    ])
}

async fn nul_in_a_precondition(cx: &TestContext<'_>) -> Outcome {
    let game = cx.game().await?;
    let task = cx.task(game, "task").await?;
    let patch = TaskPatch::new().status("closed").if_status(NUL);
    let error = cx.refused(cx.tasks.update(&task, patch.clone())).await?;
    ensure_eq!(validation_error(error)?, ("if_status", AT_NUL));
    let error = cx.refused(cx.tasks.update_many(TaskFilter::all(), patch)).await?;
    ensure_eq!(validation_error(error)?, ("if_status", AT_NUL));
    let error = cx.refused(cx.tasks.transition(&task, NUL, "closed")).await?;
    ensure_eq!(validation_error(error)?, ("if_status", AT_NUL));
    Ok(())
}

async fn times_out_of_range(cx: &TestContext<'_>) -> Outcome {
    let game = cx.game().await?;
    let task = cx.task(game, "task").await?;
    let year = |year: i32| -> Result<DateTime<Utc>, Failure> {
        let day = chrono::NaiveDate::from_ymd_opt(year, 6, 1).or_fail()?;
        Ok(day.and_time(NaiveTime::MIN).and_utc())
    };
    let refused = [
        DateTime::<Utc>::MIN_UTC,
        year(-4_800)?,
        year(0)?,
        year(10_000)?,
        DateTime::<Utc>::MAX_UTC,
    ];
    for moment in refused {
        for (field, filter) in [
            ("created_from", TaskFilter::all().created_from(moment)),
            ("created_until", TaskFilter::all().created_until(moment)),
        ] {
            for error in refusals_of_filter(cx, &filter).await? {
                ensure_eq!(
                    validation_error(error)?,
                    (field, ValidationReason::OutOfRange),
                    "{moment}"
                );
            }
        }
        let patch = TaskPatch::new().status("closed").if_unmodified_since(moment);
        let error = cx.refused(cx.tasks.update(&task, patch)).await?;
        ensure_eq!(validation_error(error)?, ("if_unmodified_since", ValidationReason::OutOfRange));
    }
    // The limits of the range are valid.
    let count = |filter| cx.tasks.count(filter);
    let (first, last) = (year(1)?, year(9_999)? - TimeDelta::nanoseconds(1));
    ensure_eq!(count(TaskFilter::all().created_from(first).created_until(last)).await?, 1);
    ensure_eq!(count(TaskFilter::all().created_until(first)).await?, 0);
    let too_late = TaskPatch::new().status("closed").if_unmodified_since(first);
    ensure_is!(cx.refused(cx.tasks.update(&task, too_late)).await?, TaskError::Conflict { .. });
    Ok(())
}

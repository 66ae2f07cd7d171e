//! Texts that break the rules are refused wherever they would be written, and a NUL wherever
//! it would be compared.

use super::checks::OrFail;
use super::checks::in_batch;
use super::checks::invalid;
use super::checks::refusal;
use super::failure::Failure;
use super::failure::Outcome;
use super::stage::Stage;
use super::texts::refused_texts;
use crate::NewTask;
use crate::OnExisting;
use crate::TaskError;
use crate::TaskFilter;
use crate::TaskKey;
use crate::TaskPatch;
use crate::TaskQuery;
use crate::TaskRepositoryExt;
use crate::ValidationReason;
use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use futures_util::TryStreamExt;

cases! { "refused_texts":
    in_a_new_task,
    in_a_batch,
    in_a_patch,
    in_conveniences,
    nul_in_a_key,
    nul_in_a_filter,
    nul_in_a_precondition,
    times_out_of_range,
}

async fn in_a_new_task(stage: &Stage<'_>) -> Outcome {
    let game = stage.game().await?;
    for (text, reason) in refused_texts() {
        let error = stage.refused(stage.tasks.create(NewTask::new(game, &*text))).await?;
        ensure_eq!(invalid(error)?, ("external_task_id", reason.clone()), "{text:?}");

        let task = NewTask::new(game, "task").strategy(&*text);
        let error = stage.refused(stage.tasks.create(task)).await?;
        ensure_eq!(invalid(error)?, ("strategy_id", reason), "{text:?}");
    }
    Ok(())
}

async fn in_a_batch(stage: &Stage<'_>) -> Outcome {
    let game = stage.game().await?;
    let all_texts = refused_texts();
    let bad_name = |text: &str| NewTask::new(game, text);
    let bad_strategy = |text: &str| NewTask::new(game, "task").strategy(text);

    let mut batch: Vec<NewTask> = Vec::new();
    batch.extend(all_texts.iter().map(|(text, _)| bad_name(text)));
    batch.extend(all_texts.iter().map(|(text, _)| bad_strategy(text)));
    let before = stage.rows().await?;
    let outcomes = stage.tasks.create_many(batch.clone(), OnExisting::Fail).await?;
    ensure_eq!(stage.rows().await?, before);
    let fields = ["external_task_id", "strategy_id"];
    let expected = fields
        .iter()
        .flat_map(|field| all_texts.iter().map(move |(_, reason)| (*field, reason.clone())));
    let refusals: Vec<_> =
        outcomes.into_iter().map(|outcome| invalid(refusal(outcome)?)).collect::<Result<_, _>>()?;
    ensure_eq!(refusals, expected.collect::<Vec<_>>());

    for (task, refusal) in batch.into_iter().zip(refusals) {
        let good = NewTask::new(game, "good");
        let error = stage.refused(stage.tasks.create_all([good, task], OnExisting::Keep)).await?;
        let (index, error) = in_batch(error)?;
        ensure_eq!((index, invalid(error)?), (1, refusal));
    }
    Ok(())
}

async fn in_a_patch(stage: &Stage<'_>) -> Outcome {
    let game = stage.game().await?;
    let task = stage.task(game, "task").await?;
    for (text, reason) in refused_texts() {
        for (field, patch) in [
            ("strategy_id", TaskPatch::new().strategy(&*text)),
            ("status", TaskPatch::new().status(&*text)),
            ("status", TaskPatch::new().strategy("other").status(&*text)),
        ] {
            let error = stage.refused(stage.tasks.update(task.id, patch.clone())).await?;
            ensure_eq!(invalid(error)?, (field, reason.clone()), "{text:?}");
            let error = stage.refused(stage.tasks.update_many(TaskFilter::all(), patch)).await?;
            ensure_eq!(invalid(error)?, (field, reason.clone()), "{text:?}");
        }
    }
    Ok(())
}

async fn in_conveniences(stage: &Stage<'_>) -> Outcome {
    let game = stage.game().await?;
    let task = stage.task(game, "task").await?;
    for (text, reason) in refused_texts() {
        let error = stage.refused(stage.tasks.duplicate(&task, &*text)).await?;
        ensure_eq!(invalid(error)?, ("external_task_id", reason.clone()), "{text:?}");
        let error = stage.refused(stage.tasks.get_or_create(NewTask::new(game, &*text))).await?;
        ensure_eq!(invalid(error)?, ("external_task_id", reason.clone()), "{text:?}");
        let error = stage.refused(stage.tasks.transition(&task, "open", &*text)).await?;
        ensure_eq!(invalid(error)?, ("status", reason.clone()), "{text:?}");
        let error = stage.refused(stage.tasks.reassign_strategy(None, "default", &*text)).await?;
        ensure_eq!(invalid(error)?, ("strategy_id", reason), "{text:?}");
    }
    Ok(())
}

/// What no database holds, for PostgreSQL would end the transaction over it.
const NUL: &str = "ta\0sk";
const AT_NUL: ValidationReason = ValidationReason::ControlCharacter { position: 2 };

async fn nul_in_a_key(stage: &Stage<'_>) -> Outcome {
    let game = stage.game().await?;
    stage.task(game, "task").await?;
    let key = TaskKey::External(game, NUL.to_owned());
    let tasks = stage.tasks;
    let patch = TaskPatch::new().status("closed");
    let mut errors = vec![
        stage.refused(tasks.find(&key)).await?,
        stage.refused(tasks.get(&key)).await?,
        stage.refused(tasks.exists(&key)).await?,
        stage.refused(tasks.update(&key, patch)).await?,
        stage.refused(tasks.transition(&key, "open", "closed")).await?,
        stage.refused(tasks.duplicate(&key, "copy")).await?,
        stage.refused(tasks.delete(&key)).await?,
    ];
    if let Some(resolver) = stage.any_resolver() {
        errors.push(stage.refused(resolver.resolve_key(&key)).await?);
        errors.push(stage.refused(resolver.resolve_keys(std::slice::from_ref(&key))).await?);
    }
    for error in errors {
        ensure_eq!(invalid(error)?, ("external_task_id", AT_NUL));
    }
    Ok(())
}

async fn nul_in_a_filter(stage: &Stage<'_>) -> Outcome {
    let game = stage.game().await?;
    stage.task(game, "task").await?;
    for (field, filter) in [
        ("statuses", TaskFilter::all().statuses(["open", NUL])),
        ("strategies", TaskFilter::all().strategies([NUL, "default"])),
        ("external_task_id", TaskFilter::keys([(game, "task"), (game, NUL)])),
        ("external_id_prefix", TaskFilter::in_game(game).external_id_prefix(NUL)),
    ] {
        let refused = refusals_of_filter(stage, &filter).await?;
        for error in refused {
            ensure_eq!(invalid(error)?, (field, AT_NUL));
        }
    }
    let error = stage.refused(stage.tasks.reassign_strategy(None, NUL, "other")).await?;
    ensure_eq!(invalid(error)?.1, AT_NUL);
    Ok(())
}

/// What each call that takes a filter says to one that must be refused.
async fn refusals_of_filter(
    stage: &Stage<'_>,
    filter: &TaskFilter,
) -> Result<Vec<TaskError>, Failure> {
    let query = TaskQuery::new(filter.clone());
    let patch = TaskPatch::new().status("closed");
    Ok(vec![
        stage.refused(stage.tasks.list(query.clone())).await?,
        stage.refused(stage.tasks.count(filter.clone())).await?,
        stage.refused(stage.tasks.update_many(filter.clone(), patch)).await?,
        stage.refused(stage.tasks.delete_many(filter.clone())).await?,
        stage.refused(stage.tasks.stream(query).try_collect::<Vec<_>>()).await?,
    ])
}

async fn nul_in_a_precondition(stage: &Stage<'_>) -> Outcome {
    let game = stage.game().await?;
    let task = stage.task(game, "task").await?;
    let patch = TaskPatch::new().status("closed").if_status(NUL);
    let error = stage.refused(stage.tasks.update(&task, patch.clone())).await?;
    ensure_eq!(invalid(error)?, ("if_status", AT_NUL));
    let error = stage.refused(stage.tasks.update_many(TaskFilter::all(), patch)).await?;
    ensure_eq!(invalid(error)?, ("if_status", AT_NUL));
    let error = stage.refused(stage.tasks.transition(&task, NUL, "closed")).await?;
    ensure_eq!(invalid(error)?, ("if_status", AT_NUL));
    Ok(())
}

async fn times_out_of_range(stage: &Stage<'_>) -> Outcome {
    let game = stage.game().await?;
    let task = stage.task(game, "task").await?;
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
            for error in refusals_of_filter(stage, &filter).await? {
                ensure_eq!(invalid(error)?, (field, ValidationReason::OutOfRange), "{moment}");
            }
        }
        let patch = TaskPatch::new().status("closed").if_unmodified_since(moment);
        let error = stage.refused(stage.tasks.update(&task, patch)).await?;
        ensure_eq!(invalid(error)?, ("if_unmodified_since", ValidationReason::OutOfRange));
    }
    // The edges are fit to be asked.
    let count = |filter| stage.tasks.count(filter);
    let (first, last) = (year(1)?, year(9_999)? - TimeDelta::nanoseconds(1));
    ensure_eq!(count(TaskFilter::all().created_from(first).created_until(last)).await?, 1);
    ensure_eq!(count(TaskFilter::all().created_until(first)).await?, 0);
    let too_late = TaskPatch::new().status("closed").if_unmodified_since(first);
    ensure_is!(
        stage.refused(stage.tasks.update(&task, too_late)).await?,
        TaskError::Conflict { .. }
    );
    Ok(())
}

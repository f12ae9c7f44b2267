//! Privacy: the settings, what a change would change, the check-up, seeing as others do, audiences.

use std::collections::HashMap;

use axum::http::Uri;
use outro_app::AppError;
use outro_app::privacy::{self, Change, Check, Effect, PrivacyChoice, Question, Seen, SeenProfile, Setting, Sight};
use outro_app::video;
use outro_pages::{
    AudiencesPage, ChangeLine, CheckLine, CheckupPage, Chrome, Circle, EffectLine, FormState, HiddenTile, Lang,
    PickVideo, PrivacyPage, PrivacyStep, PrivacyStepPage, SeeAsPage, SeenBy, SeenFrame, SeenNothingPage, SettingLine,
};
use serde::Deserialize;

use super::cards::{audience, tile};
use super::place::{self, go};
use super::profile::{self, page_of};
use super::render::{Answer, OrPage as _, failed, html};
use super::visit::{Member, Named, Posted};
use crate::cursor;

/// Videos of one page of audiences: a number that fills rows of three and five.
const LIMIT: i64 = 30;

/// From whom something is taken, in the words of the pages.
pub(super) const fn circle(of: outro_model::Circle) -> Circle {
    match of {
        outro_model::Circle::Everyone => Circle::Everyone,
        outro_model::Circle::Followers => Circle::Followers,
        outro_model::Circle::Friends => Circle::Friends,
        outro_model::Circle::NoOne => Circle::NoOne,
    }
}

/// `GET /settings/privacy`.
pub(super) async fn show(Member { visit, signed, me }: Member) -> Answer {
    let found = privacy::checkup(&visit.server.app, &signed).await.or_page(&visit)?;
    let privacy = me.privacy;
    let page = PrivacyPage {
        chrome: visit.chrome,
        private_account: privacy.private_account,
        discoverable: privacy.discoverable,
        searchable: privacy.searchable,
        messages_from: circle(privacy.messages_from),
        comments_from: circle(privacy.comments_from),
        on_hiatus: privacy.on_hiatus,
        changes: found.changes.iter().map(change_line).collect(),
    };
    Ok(html(page.render()))
}

fn change_line(Change { setting, value, effects }: &Change) -> ChangeLine {
    let effects = effects.iter().map(effect_line).collect();
    ChangeLine { setting: setting.word(), value: value.word(), effects }
}

fn effect_line(&Effect { question, before, after, about }: &Effect) -> EffectLine {
    EffectLine {
        question: question.word(),
        before: before.word(),
        after: after.word(),
        people: about.people,
        videos: about.videos,
    }
}

/// One switch or one choice.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct PrivacyForm {
    private_account: Option<String>,
    discoverable: Option<String>,
    searchable: Option<String>,
    messages_from: Option<String>,
    comments_from: Option<String>,
    on_hiatus: Option<String>,
    /// With going public, and coming back: what becomes of open follow requests.
    follow_requests: Option<String>,
}

fn switch(field: &'static str, word: Option<&str>) -> Result<Option<bool>, AppError> {
    match word {
        None => Ok(None),
        Some("true") => Ok(Some(true)),
        Some("false") => Ok(Some(false)),
        Some(_) => Err(AppError::invalid(field, "invalid_choice", "Choose on or off.")),
    }
}

fn choice(form: PrivacyForm) -> Result<PrivacyChoice, AppError> {
    Ok(PrivacyChoice {
        private_account: switch("private_account", form.private_account.as_deref())?,
        discoverable: switch("discoverable", form.discoverable.as_deref())?,
        searchable: switch("searchable", form.searchable.as_deref())?,
        messages_from: form.messages_from,
        comments_from: form.comments_from,
        on_hiatus: switch("on_hiatus", form.on_hiatus.as_deref())?,
        follow_requests: form.follow_requests,
    })
}

/// `POST /settings/privacy`.
pub(super) async fn change(Posted { member, form }: Posted<PrivacyForm>) -> Answer {
    let choice = choice(form).or_page(&member.visit)?;
    privacy::change(&member.visit.server.app, &member.signed, &choice).await.or_page(&member.visit)?;
    let done = match (choice.private_account, choice.on_hiatus) {
        (Some(true), _) => "now_private",
        (Some(false), _) => "now_public",
        (_, Some(true)) => "now_away",
        (_, Some(false)) => "now_back",
        _ => "saved",
    };
    Ok(go(&format!("/settings/privacy?done={done}")))
}

/// `GET /settings/privacy/private`: what going private, or public, would change.
pub(super) async fn private_step(member: Member) -> Answer {
    let private = !member.me.privacy.private_account;
    let step = if private { PrivacyStep::GoPrivate } else { PrivacyStep::GoPublic };
    step_page(member, step, Setting::PrivateAccount).await
}

/// `GET /settings/privacy/hiatus`: what going away, or coming back, would change.
pub(super) async fn hiatus_step(member: Member) -> Answer {
    let away = !member.me.privacy.on_hiatus;
    let step = if away { PrivacyStep::GoAway } else { PrivacyStep::ComeBack };
    step_page(member, step, Setting::OnHiatus).await
}

async fn step_page(Member { visit, signed, me }: Member, step: PrivacyStep, setting: Setting) -> Answer {
    let found = privacy::checkup(&visit.server.app, &signed).await.or_page(&visit)?;
    // Of a switch there is one change.
    let change = found.changes.iter().find(|change| change.setting == setting);
    let effects = change.map(|change| change.effects.iter().map(effect_line).collect()).unwrap_or_default();
    // Requests to a public account wait for nothing: what becomes of them is asked when it becomes one, and of
    // who is away then, when they are back.
    let waiting = match step {
        PrivacyStep::GoPublic => found.waiting_requests,
        PrivacyStep::ComeBack if !me.privacy.private_account => found.waiting_requests,
        PrivacyStep::ComeBack | PrivacyStep::GoPrivate | PrivacyStep::GoAway => 0,
    };
    let away = me.suspended || me.privacy.on_hiatus && step != PrivacyStep::ComeBack;
    Ok(html(PrivacyStepPage { chrome: visit.chrome, step, effects, waiting, later: away }.render()))
}

/// Where the answer to a question is changed.
const fn place_of(question: Question) -> &'static str {
    match question {
        Question::Card => "/settings/privacy/hiatus",
        Question::Videos | Question::Lists | Question::Follow => "/settings/privacy/private",
        Question::Suggest | Question::Find => "/settings/privacy#found",
        Question::Message | Question::Comment => "/settings/privacy#reached",
    }
}

/// Where a setting is changed.
const fn place_to_change(setting: Setting) -> &'static str {
    match setting {
        Setting::PrivateAccount => "/settings/privacy/private",
        Setting::OnHiatus => "/settings/privacy/hiatus",
        Setting::Discoverable | Setting::Searchable => "/settings/privacy#found",
        Setting::MessagesFrom | Setting::CommentsFrom => "/settings/privacy#reached",
    }
}

/// `GET /settings/checkup`.
pub(super) async fn checkup(Member { visit, signed, .. }: Member) -> Answer {
    let found = privacy::checkup(&visit.server.app, &signed).await.or_page(&visit)?;
    let line = |&Check { question, reach, about }: &Check| CheckLine {
        question: question.word(),
        reach: reach.word(),
        people: about.people,
        href: place_of(question),
    };
    let changes_of = |setting: Setting| {
        let changes = found.changes.iter().filter(|change| change.setting == setting).map(change_line).collect();
        SettingLine { setting: setting.word(), href: place_to_change(setting), changes }
    };
    let page = CheckupPage {
        chrome: visit.chrome,
        lines: found.checks.iter().map(line).collect(),
        settings: Setting::ALL.iter().map(|&setting| changes_of(setting)).collect(),
        audiences: found.audiences.iter().map(|&(of, count)| (audience(of), count)).collect(),
    };
    Ok(html(page.render()))
}

/// A person whose eyes are wanted.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct SightForm {
    handle: String,
}

/// `GET /settings/see-as`.
pub(super) async fn see_as(Member { visit, .. }: Member) -> Answer {
    let (form, handle) = (FormState::default(), String::new());
    Ok(html(SeeAsPage { chrome: visit.chrome, form, handle }.render()))
}

/// `POST /settings/see-as`: a handle stands in the path of a page, as it does in that of a profile.
pub(super) async fn see_as_handle(Posted { member, form }: Posted<SightForm>) -> Answer {
    let typed = form.handle.trim().trim_start_matches('@').to_owned();
    match typed.parse::<outro_model::Handle>() {
        Ok(handle) => Ok(go(&format!("/settings/see-as/@{}", handle.as_str()))),
        Err(_) => {
            let wrong = "Use 3 to 24 letters, digits, dots or underscores.";
            member.visit.again(AppError::invalid("handle", "handle_invalid", wrong), |chrome, form| {
                SeeAsPage { chrome, form, handle: typed }.render()
            })
        }
    }
}

/// `GET /settings/see-as/WORD` and `/settings/see-as/@handle`.
pub(super) async fn seen(Member { visit, signed, .. }: Member, Named(name): Named<String>, uri: Uri) -> Answer {
    let name = name.or_page(&visit)?;
    let (sight, by) = sight(&name).or_page(&visit)?;
    let before = place::before(&uri).or_page(&visit)?;
    let app = &visit.server.app;
    let seen = privacy::see_as(app, &signed, sight, before, profile::LIMIT).await.or_page(&visit)?;
    let Seen { viewer, profile, videos, hidden, next, .. } = seen;
    let lang = visit.chrome.lang;
    let (shown, reason) = match profile {
        SeenProfile::Shown(profile, reason) => (Some(profile), reason),
        SeenProfile::Nothing(reason) => (None, Some(reason)),
    };
    let reason = reason.map(|word| lang.text().reason(word).to_owned()).unwrap_or_default();
    let frame = SeenFrame { by, handle: viewer.unwrap_or_default(), reason, hidden: hidden_tiles(lang, &hidden) };
    let next_href = next.map(|next| format!("/settings/see-as/{name}?cursor={}", cursor::write(next)));
    Ok(html(match shown {
        Some(profile) => {
            let page = page_of(visit.chrome, *profile, &videos, next_href);
            // What can be done about the account is nothing that can be done to oneself.
            outro_pages::ProfilePage { follow: None, menu: None, seen: Some(frame), ..page }.render()
        }
        None => SeenNothingPage { chrome: visit.chrome, frame }.render(),
    }))
}

fn sight(name: &str) -> Result<(Sight<'_>, SeenBy), AppError> {
    if name.starts_with('@') {
        return Ok((Sight::Handle(name), SeenBy::Handle));
    }
    let sight = Sight::of_word(name).map_err(|_| AppError::NotFound)?;
    let by = match sight {
        Sight::Anyone => SeenBy::Anyone,
        Sight::Stranger => SeenBy::Stranger,
        Sight::Follower => SeenBy::Follower,
        Sight::Friend => SeenBy::Friend,
        Sight::Handle(_) => SeenBy::Handle,
    };
    Ok((sight, by))
}

fn hidden_tiles(lang: Lang, hidden: &[privacy::Hidden]) -> Vec<HiddenTile> {
    let one = |hidden: &privacy::Hidden| HiddenTile {
        tile: tile(&hidden.video),
        reason: lang.text().reason(hidden.reason).to_owned(),
    };
    hidden.iter().map(one).collect()
}

/// Which videos are for whom.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct AudiencesForm {
    audience: String,
    scope: String,
    /// `v_` and the id of each video that was chosen.
    #[serde(flatten)]
    chosen: HashMap<String, String>,
}

/// `GET /settings/videos`.
pub(super) async fn videos(member: Member, uri: Uri) -> Answer {
    let chrome = member.visit.chrome.clone();
    Ok(html(audiences_page(&member, chrome, FormState::default(), &uri).await.or_page(&member.visit)?))
}

async fn audiences_page(member: &Member, chrome: Chrome, form: FormState, uri: &Uri) -> Result<String, AppError> {
    let Member { visit, signed, me } = member;
    let (app, before) = (&visit.server.app, place::before(uri)?);
    let found = video::of_profile(app, &visit.viewer, &me.handle, before, LIMIT).await?;
    let counts = privacy::audiences(app, signed).await?;
    let page = AudiencesPage {
        chrome,
        form,
        videos: found.items.iter().map(|video| PickVideo { id: video.id.to_string(), tile: tile(video) }).collect(),
        audiences: counts.into_iter().map(|(of, count)| (audience(of), count)).collect(),
        next_href: found.next.map(|next| format!("/settings/videos?cursor={}", cursor::write(next))),
    };
    Ok(page.render())
}

/// `POST /settings/videos`.
pub(super) async fn set_audiences(uri: Uri, Posted { member, form }: Posted<AudiencesForm>) -> Answer {
    let AudiencesForm { audience, scope, chosen } = form;
    let ids: Vec<String> = chosen.keys().filter_map(|name| name.strip_prefix("v_")).map(str::to_owned).collect();
    let named = (scope != "all").then_some(ids.as_slice());
    let app = &member.visit.server.app;
    match privacy::set_audiences(app, &member.signed, &audience, named).await {
        Ok(_) => Ok(go("/settings/videos?done=saved")),
        Err(error) => {
            let (form, error) = member.visit.form_of(error)?;
            let chrome = member.visit.chrome.clone();
            let page = audiences_page(&member, chrome, form, &uri).await.or_page(&member.visit)?;
            Ok(failed(&error, page))
        }
    }
}

//! Leaving for good. The page is the answer to a form, so that nothing that prefetches sends a code.

use axum::response::Response;
use outro_app::erasure::{self, Begun, Line};
use outro_app::video::{self, Part, VideoView};
use outro_app::{AppError, Origin};
use outro_model::{Timestamp, VideoState};
use outro_pages::{
    Chrome, DepartingPage, FormState, Lang, LeaveLine, LeavePage, LeaveProof, LeaveVideo, LeftPage, Notice,
    PendingLeavePage,
};
use serde::Deserialize;

use super::cards::part;
use super::phone::seconds_until;
use super::place::{go, with_cookie};
use super::render::{Answer, OrPage as _, failed, html};
use super::visit::{Member, Posted};
use crate::media::address;
use crate::who::{From, clear_cookie};

/// How many videos are offered on the page.
const VIDEOS: i64 = 50;

/// Whether the page is there already, and another code is asked for.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct BeginForm {
    again: Option<String>,
    /// Whether the coins are given up; asked of those who have some, before a code is sent.
    forfeit_coins: Option<String>,
}

/// The proof that it is oneself.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct ProofForm {
    challenge: String,
    code: Option<String>,
    password: Option<String>,
    recovery_code: Option<String>,
}

/// `GET` of the steps: they begin with the button that sends the code.
pub(super) async fn start_over() -> Response {
    go("/settings/account")
}

/// `POST /settings/leave`: opens the page, and sends the code, or another one.
pub(super) async fn begin(From(origin): From, Posted { member, form }: Posted<BeginForm>) -> Answer {
    begin_for(member, &origin, form.forfeit_coins.is_some(), form.again.is_some()).await
}

/// The page of leaving, of somebody who asks to.
pub(super) async fn begin_for(member: Member, origin: &Origin, forfeit_coins: bool, again: bool) -> Answer {
    let mut member = member.told_of_leaving().await?;
    let app = member.visit.server.app.clone();
    let begun = erasure::begin(&app, &member.signed, origin, forfeit_coins).await;
    member.visit.chrome.notice = (again && begun.is_ok()).then_some(Notice::CodeSent);
    match begun {
        Ok(begun) => begun_page(&member, begun).await,
        Err(error) if error.is_refused("coins_left") => coins_page(&member).await,
        // A code is on its way already: the page shows where it went, and takes it.
        Err(error) => match erasure::begun(&app, &member.signed).await.or_page(&member.visit)? {
            Some(begun) => {
                let proof = proof(&member, begun);
                let (shown, error) = member.visit.form_of(error)?;
                if !again {
                    return Ok(html(page(&member, proof, FormState::default()).await.or_page(&member.visit)?));
                }
                Ok(failed(&error, page(&member, proof, shown).await.or_page(&member.visit)?))
            }
            // No code can be sent just now: who has lost the phone goes on all the same.
            None if member.me.phone.is_some() && matches!(error, AppError::TooMany { .. }) => {
                let proof = proof_again(&member, String::new(), Asked::Code).await.or_page(&member.visit)?;
                let (shown, error) = member.visit.form_of(error)?;
                Ok(failed(&error, page(&member, proof, shown).await.or_page(&member.visit)?))
            }
            None => Err(member.visit.stop(error)),
        },
    }
}

/// `POST /settings/leave/lost`: the page asks for password and recovery code.
pub(super) async fn lost(Posted { member, form }: Posted<BeginForm>) -> Answer {
    let member = member.told_of_leaving().await?;
    let app = member.visit.server.app.clone();
    match erasure::begin_without_phone(&app, &member.signed, form.forfeit_coins.is_some()).await {
        Ok(begun) => begun_page(&member, begun).await,
        Err(error) if error.is_refused("coins_left") => coins_page(&member).await,
        // The code that was sent can still be given.
        Err(error) => {
            let (shown, error) = member.visit.form_of(error)?;
            let proof = proof_again(&member, String::new(), Asked::Code).await.or_page(&member.visit)?;
            Ok(failed(&error, page(&member, proof, shown).await.or_page(&member.visit)?))
        }
    }
}

async fn begun_page(member: &Member, begun: Begun) -> Answer {
    let proof = proof(member, begun);
    Ok(html(page(member, proof, FormState::default()).await.or_page(&member.visit)?))
}

async fn coins_page(member: &Member) -> Answer {
    Ok(html(page(member, LeaveProof::Coins, FormState::default()).await.or_page(&member.visit)?))
}

fn proof(member: &Member, begun: Begun) -> LeaveProof {
    match begun {
        Begun::Code(sent) => LeaveProof::Code {
            challenge: sent.challenge.to_string(),
            masked: sent.sent_to,
            resend_after_s: seconds_until(&member.visit, sent.resend_at),
            expires_min: (seconds_until(&member.visit, sent.expires_at) + 59) / 60,
        },
        Begun::Password { challenge, wait_hours, .. } => {
            LeaveProof::Password { challenge: challenge.to_string(), wait_hours: wait_hours.unwrap_or_default() }
        }
        Begun::Recovery { challenge, wait_hours, .. } => {
            LeaveProof::Recovery { challenge: challenge.to_string(), wait_hours }
        }
    }
}

/// Which proof a page has asked for.
#[derive(Clone, Copy)]
enum Asked {
    Code,
    Password,
    Recovery,
}

impl ProofForm {
    const fn asked(&self) -> Asked {
        match (&self.recovery_code, &self.password) {
            (Some(_), _) => Asked::Recovery,
            (None, Some(_)) => Asked::Password,
            (None, None) => Asked::Code,
        }
    }
}

/// The proof that the page asked for, shown again after a try. A code whose time is over is asked for anew.
async fn proof_again(member: &Member, challenge: String, asked: Asked) -> Result<LeaveProof, AppError> {
    let app = &member.visit.server.app;
    let wait_hours = app.settings.lost_phone_hours;
    match asked {
        Asked::Password => {
            let by_code = erasure::consequences(app, &member.signed).await?.by_code;
            return Ok(LeaveProof::Password { challenge, wait_hours: if by_code { wait_hours } else { 0 } });
        }
        Asked::Recovery => return Ok(LeaveProof::Recovery { challenge, wait_hours }),
        Asked::Code => {}
    }
    let begun = erasure::begun(app, &member.signed).await?;
    let masked = member.me.phone.clone().unwrap_or_default();
    let over = LeaveProof::Code { challenge, masked, resend_after_s: 0, expires_min: 0 };
    Ok(begun.map_or(over, |begun| proof(member, begun)))
}

/// `POST /settings/leave/confirm`.
pub(super) async fn confirm(Posted { member, form }: Posted<ProofForm>) -> Answer {
    let app = &member.visit.server.app;
    let ProofForm { challenge, code, password, recovery_code } = &form;
    if let Some(recovery) = recovery_code {
        let proof = (challenge.as_str(), password.as_deref().unwrap_or_default(), recovery.as_str());
        return match erasure::leave_without_phone(app, &member.signed, proof).await {
            Ok((left, leaves_at)) => Ok(pending(member, left, leaves_at)),
            Err(error) => ask_again(&member, form, error).await,
        };
    }
    match erasure::confirm(app, &member.signed, challenge, code.as_deref(), password.as_deref()).await {
        Ok((left, None)) => Ok(gone(&member, left)),
        Ok((left, Some(leaves_at))) => Ok(pending(member, left, leaves_at)),
        Err(error) => ask_again(&member, form, error).await,
    }
}

/// The page with the proof that it asked for, and what was wrong with it.
async fn ask_again(member: &Member, form: ProofForm, error: AppError) -> Answer {
    let (shown, error) = member.visit.form_of(error)?;
    let proof = match form.asked() {
        // Nothing has to be sent for another try.
        Asked::Recovery if error.is_refused("took_too_long") => {
            let begun = erasure::begin_without_phone(&member.visit.server.app, &member.signed, true).await;
            proof(member, begun.or_page(&member.visit)?)
        }
        asked => proof_again(member, form.challenge, asked).await.or_page(&member.visit)?,
    };
    Ok(failed(&error, page(member, proof, shown).await.or_page(&member.visit)?))
}

/// `POST /settings/leave/later`: leaves once the archive of everything is downloaded.
pub(super) async fn later(Posted { member, form }: Posted<ProofForm>) -> Answer {
    let (app, arabic) = (&member.visit.server.app, member.visit.chrome.lang == Lang::Ar);
    let proof = (form.challenge.as_str(), form.code.as_deref(), form.password.as_deref());
    match erasure::leave_when_downloaded(app, &member.signed, proof, arabic).await {
        Ok(erasure::Confirmed { receipt_id, nonce, account_id, handle, .. }) => {
            let page = DepartingPage {
                chrome: member.visit.chrome.clone(),
                receipt_id,
                account_id: account_id.to_string(),
                handle,
                nonce,
            };
            Ok(html(page.render()))
        }
        Err(error) => ask_again(&member, form, error).await,
    }
}

/// What the leaver keeps, while the wait goes on.
fn pending(member: Member, left: erasure::Confirmed, leaves_at: Timestamp) -> Response {
    let erasure::Confirmed { receipt_id, nonce, account_id, handle, .. } = left;
    let page = PendingLeavePage {
        chrome: Chrome { leaving_at: leaves_at.rfc3339(), ..member.visit.chrome },
        receipt_href: format!("/receipts/{receipt_id}"),
        receipt_id,
        account_id: account_id.to_string(),
        handle,
        nonce,
    };
    html(page.render())
}

/// Nothing but the button.
#[derive(Deserialize, Default)]
pub(super) struct StayForm {}

/// `POST /settings/leave/stop`: whoever is signed in stops what was asked for without the phone.
pub(super) async fn stop(Posted { member, .. }: Posted<StayForm>) -> Answer {
    erasure::stay(&member.visit.server.app, &member.signed).await.or_page(&member.visit)?;
    Ok(go("/settings/account?done=stayed"))
}

/// `POST /settings/leave/stay`.
pub(super) async fn stay(Posted { member, .. }: Posted<StayForm>) -> Answer {
    erasure::stay(&member.visit.server.app, &member.signed).await.or_page(&member.visit)?;
    Ok(go("/settings/takeout?done=stayed"))
}

/// The last page: what it shows is shown once and stored nowhere.
fn gone(member: &Member, left: erasure::Confirmed) -> Response {
    let erasure::Confirmed { receipt_id, nonce, account_id, handle, .. } = left;
    let chrome = Chrome { viewer: None, csrf: String::new(), away: false, notice: None, ..member.visit.chrome.clone() };
    let verify_command =
        format!("outro receipt verify receipt.json --handle {handle} --account {account_id} --nonce {nonce}");
    let page = LeftPage {
        chrome,
        receipt_href: format!("/receipts/{receipt_id}"),
        download_href: format!("/api/v1/receipts/{receipt_id}"),
        receipt_id,
        account_id: account_id.to_string(),
        handle,
        nonce,
        verify_command,
    };
    with_cookie(html(page.render()), clear_cookie(&member.visit.server.config))
}

async fn page(member: &Member, proof: LeaveProof, form: FormState) -> Result<String, AppError> {
    let Member { visit, signed, me } = member;
    let means = erasure::consequences(&visit.server.app, signed).await?;
    let mine = video::of_profile(&visit.server.app, &visit.viewer, &me.handle, None, VIDEOS).await?;
    let page = LeavePage {
        chrome: visit.chrome.clone(),
        form,
        handle: me.handle.clone(),
        goes: lines(visit.chrome.lang, &means.erased),
        stays: lines(visit.chrome.lang, &means.kept),
        coins: means.coins,
        videos: mine.items.into_iter().map(to_take).collect(),
        not_before: means.not_before.map(Timestamp::rfc3339).unwrap_or_default(),
        proof,
    };
    Ok(page.render())
}

pub(super) fn lines(lang: Lang, lines: &[Line]) -> Vec<LeaveLine> {
    let view = |line: &Line| {
        let known = lang.text().line(line.code);
        LeaveLine { what: known.unwrap_or(line.text).to_owned(), detail: String::new() }
    };
    lines.iter().map(view).collect()
}

/// A video to take along. One that never became ready can be had as it was uploaded.
fn to_take(video: VideoView) -> LeaveVideo {
    let kind = if video.state == VideoState::Ready { Part::Download } else { Part::Original };
    LeaveVideo {
        cover_url: part(&video, Part::Cover),
        download_url: address(video.id, kind),
        caption: video.caption,
        size_bytes: video.size_bytes,
    }
}

//! The pages around leaving, and the remaining ones.

use outro_pages::*;

use super::{HOSTILE, card, say};

pub(crate) fn leaving(me: &Chrome, stranger: &Chrome) -> Vec<(&'static str, String)> {
    let line = |what: String, detail: String| LeaveLine { what, detail };
    let page = |proof, coins, videos: usize| {
        LeavePage {
            chrome: me.clone(),
            form: FormState::default(),
            handle: "mara.k".into(),
            goes: vec![
                line(
                    say(me, "Your profile, name and handle", "ملفك واسمك واسم المستخدم"),
                    say(me, "Nobody else can take @mara.k.", "لا يستطيع أحد غيرك أخذه."),
                ),
                line(say(me, "9 videos, with their covers and files", "٩ فيديوهات بصورها وملفاتها"), String::new()),
                line(say(me, "214 likes and 38 follows", "٢١٤ إعجابًا و٣٨ متابعة"), String::new()),
                line(say(me, "Phone number, birth date, devices", "رقم الهاتف وتاريخ الميلاد والأجهزة"), String::new()),
            ],
            stays: vec![
                line(
                    say(me, "Messages you sent", "الرسائل التي أرسلتها"),
                    say(
                        me,
                        "Readable to those who got them, as from \u{201c}Unavailable account\u{201d}.",
                        "يقرؤها من وصلته، من «حساب غير متاح».",
                    ),
                ),
                line(
                    say(me, "A fingerprint of your handle", "بصمة لاسم المستخدم"),
                    say(me, "So that nobody can pose as you.", "لئلا ينتحل أحد اسمك."),
                ),
            ],
            coins,
            videos: (0..videos)
                .map(|n| LeaveVideo {
                    caption: card(me, n).caption,
                    cover_url: card(me, n).cover_url,
                    download_url: format!("/media/v{}.mp4", n + 1),
                    size_bytes: 14_300_000 * (n as i64 + 1),
                })
                .collect(),
            not_before: String::new(),
            proof,
        }
        .render()
    };
    let code =
        LeaveProof::Code {
            challenge: "ch_2".into(), masked: "••• ••• 42".into(), resend_after_s: 30, expires_min: 5
        };
    let receipt = |state| ReceiptPage { chrome: stranger.clone(), id: "rc_9f3b1c77a2".into(), state }.render();
    vec![
        ("leave", page(code, 120, 4)),
        ("leave-coins", page(LeaveProof::Coins, 120, 1)),
        ("leave-password", page(LeaveProof::Password { challenge: "ch_3".into(), wait_hours: 0 }, 0, 0)),
        ("leave-lost", page(LeaveProof::Recovery { challenge: "ch_4".into(), wait_hours: 72 }, 0, 0)),
        ("pending-leave", PendingLeavePage {
            chrome: Chrome { leaving_at: "2026-12-01T21:13:00.000Z".into(), ..me.clone() },
            receipt_id: "rc_9f3b1c77a2".into(),
            receipt_href: "/receipts/rc_9f3b1c77a2".into(),
            account_id: "Zm9vYmFy".into(),
            handle: "mara.k".into(),
            nonce: "5f1c".into(),
        }.render()),
        ("recovery-codes", RecoveryCodesPage {
            chrome: me.clone(),
            codes: (0..10).map(|n| format!("{n}K3M-8QRS-TV{n}X-YZ2{n}")).collect(),
            stays: true,
        }.render()),
        ("leave-outside", LeaveOutsidePage {
            chrome: stranger.clone(),
            form: FormState::default(),
            handle: HOSTILE.into(),
            goes: vec![line(say(me, "All your videos", "كل فيديوهاتك"), String::new())],
            stays: vec![line(say(me, "Messages you sent", "الرسائل التي أرسلتها"), String::new())],
            wait_hours: 72,
        }.render()),
        ("left", LeftPage {
            chrome: stranger.clone(),
            receipt_id: "rc_9f3b1c77a2".into(),
            receipt_href: "/receipts/rc_9f3b1c77a2".into(),
            download_href: "/api/v1/receipts/rc_9f3b1c77a2".into(),
            account_id: "a_71d0c2e4b9".into(),
            handle: "mara.k".into(),
            nonce: "5b0e-9a1f-77c3-d204-118e-4f6a-c9d3-02be".into(),
            verify_command: "outro receipt verify receipt.json --account a_71d0c2e4b9 --handle mara.k --nonce 5b0e9a1f77c3d204118e4f6ac9d302be".into(),
        }.render()),
        ("receipt-erasing", receipt(ReceiptState::Erasing { percent: 71 })),
        ("receipt", receipt(ReceiptState::Complete {
            note: "outro receipt v1\nid: rc_9f3b1c77a2\nerased: 2026-03-09T21:05:12Z\ncommitment: sha256:6c1f…e09a\nrows: 1204  blobs: 41\nresidue: none\n\n— outro.example d6a4…\n".into(),
            download_href: "/api/v1/receipts/rc_9f3b1c77a2".into(),
        })),
    ]
}

pub(crate) fn others(me: &Chrome, stranger: &Chrome) -> Vec<(&'static str, String)> {
    let message =
        |text: &str| OutboxMessage {
            to: "+49 ••• 42".into(), text: text.into(), at: "2026-03-09T21:04:00Z".into()
        };
    let row = |what: &str| KeptRow {
        what: what.into(),
        why: "To show it on your profile.".into(),
        ground: "Art. 6(1)(b)".into(),
        kept_for: "As long as you have your account.".into(),
        sealed: "Under your own key.".into(),
        on_erasure: "The key is destroyed at once; the rows follow.".into(),
        takeout: "In account.json.".into(),
    };
    vec![
        ("not-found", NotFoundPage { chrome: stranger.clone() }.render()),
        ("error", ErrorPage { chrome: me.clone(), status: 500, message: String::new() }.render()),
        (
            "outbox",
            OutboxPage {
                chrome: me.clone(),
                messages: vec![
                    message("123456 is your code for leaving Outro.\n\n@outro.example #123456"),
                    message(HOSTILE),
                ],
            }
            .render(),
        ),
        ("outbox-empty", OutboxPage { chrome: me.clone(), messages: vec![] }.render()),
        (
            "what-we-keep",
            WhatWeKeepPage {
                chrome: stranger.clone(),
                rows: ["Handle and name", "Bio", "Videos and originals", "Phone number", "Likes"].map(row).into(),
            }
            .render(),
        ),
    ]
}

//! Byte ranges as players send them (RFC 9110 §13, §14).

use super::*;

/// Three whole chunks of 64 KiB and some.
const LENGTH: usize = 3 * 65_536 + 1234;

async fn planted(world: &World) -> (Client, String, Vec<u8>) {
    let owner = world.client().join("owner").await;
    let all = bytes(LENGTH);
    let id = world.plant(&owner, &all).await;
    (world.client(), format!("/media/{id}/video.mp4"), all)
}

on_both! {
    async fn the_whole_is_what_was_sealed(world: World) {
        let (client, path, all) = planted(&world).await;
        let whole = client.get(&path).await.expect(200);
        assert!(whole.body == all, "{} bytes", whole.body.len());
        assert_eq!(text(&whole, "content-type"), Some("video/mp4"));
        assert_eq!(text(&whole, "content-length"), Some(LENGTH.to_string().as_str()));
        assert_eq!(text(&whole, "accept-ranges"), Some("bytes"));
        assert_eq!(text(&whole, "cache-control"), Some("private, no-cache"));
        assert_eq!(text(&whole, "content-range"), None);
        assert_eq!(text(&whole, "x-content-type-options"), Some("nosniff"));
    }
}

on_both! {
    async fn ranges_are_exact(world: World) {
        let (client, path, all) = planted(&world).await;
        let last = LENGTH - 1;
        for (range, first, end) in [
            // Safari asks for two bytes first, then for all, then for the rest.
            ("bytes=0-1", 0, 2),
            (&*format!("bytes=0-{last}"), 0, LENGTH),
            // Chromium asks for all that is left, also after a seek.
            ("bytes=0-", 0, LENGTH),
            ("bytes=70000-", 70_000, LENGTH),
            // Around the edges of the sealed chunks.
            ("bytes=65535-65536", 65_535, 65_537),
            ("bytes=65536-131071", 65_536, 131_072),
            ("bytes=1-196607", 1, 196_608),
            (&*format!("bytes={last}-{last}"), last, LENGTH),
            ("bytes=-1", last, LENGTH),
            ("bytes=-1234", LENGTH - 1234, LENGTH),
            // More than there is: what there is.
            ("bytes=196600-99999999", 196_600, LENGTH),
            ("bytes=-99999999", 0, LENGTH),
        ] {
            let reply = client.get_range(&path, range).await.expect(206);
            assert!(reply.body == all[first..end], "{range}: {} bytes", reply.body.len());
            let line = format!("bytes {first}-{}/{LENGTH}", end - 1);
            assert_eq!(text(&reply, "content-range"), Some(line.as_str()), "{range}");
            assert_eq!(text(&reply, "content-length"), Some((end - first).to_string().as_str()), "{range}");
            assert_eq!(text(&reply, "content-type"), Some("video/mp4"), "{range}");
        }
    }
}

on_both! {
    async fn a_file_of_pieces_is_the_file(world: World) {
        let (client, path, all) = planted(&world).await;
        let mut read = Vec::new();
        while read.len() < LENGTH {
            let range = format!("bytes={}-{}", read.len(), read.len() + 49_999);
            read.extend(client.get_range(&path, &range).await.expect(206).body);
        }
        assert!(read == all);
    }
}

on_both! {
    async fn what_is_beyond_is_not_satisfiable(world: World) {
        let (client, path, _) = planted(&world).await;
        for range in [&*format!("bytes={LENGTH}-"), "bytes=99999999-", "bytes=99999999-100000000", "bytes=-0", "bytes=18446744073709551615-"] {
            let reply = client.get_range(&path, range).await.expect(416);
            assert_eq!(text(&reply, "content-range"), Some(format!("bytes */{LENGTH}").as_str()), "{range}");
            assert!(reply.body.is_empty(), "{range}");
        }
    }
}

on_both! {
    async fn what_is_no_range_is_passed_over(world: World) {
        let (client, path, all) = planted(&world).await;
        for range in ["bytes=5-2", "bytes=a-b", "bytes=-", "bytes=", "bytes", "lines=0-1", "bytes=0-1,5-6", "bytes=0-1, -1", "bytes=99999999999999999999-"] {
            let reply = client.get_range(&path, range).await.expect(200);
            assert!(reply.body == all, "{range}");
        }
    }
}

on_both! {
    async fn head_tells_all_but_the_bytes(world: World) {
        let (client, path, _) = planted(&world).await;
        for headers in [vec![], vec![("range", "bytes=10-19")], vec![("range", "bytes=99999999-")]] {
            let (head, get) = (ask(&client, "HEAD", &path, &headers).await, ask(&client, "GET", &path, &headers).await);
            assert!(head.body.is_empty());
            assert_eq!((told(&head).0, told(&head).1), (told(&get).0, told(&get).1), "{headers:?}");
        }
    }
}

on_both! {
    async fn what_is_known_is_not_sent_again(world: World) {
        let (client, path, _) = planted(&world).await;
        let etag = text(&client.get(&path).await, "etag").unwrap().to_owned();
        assert!(etag.starts_with('"') && etag.ends_with('"') && etag.len() > 10, "{etag}");
        for tags in [etag.clone(), format!("\"x\", {etag}"), "*".into(), format!("W/{etag}")] {
            let reply = ask(&client, "GET", &path, &[("if-none-match", &tags)]).await;
            assert_eq!(reply.status, 304, "{tags}");
            assert!(reply.body.is_empty());
            assert_eq!(text(&reply, "etag"), Some(etag.as_str()));
            assert_eq!(text(&reply, "cache-control"), Some("private, no-cache"));
        }
        ask(&client, "GET", &path, &[("if-none-match", "\"other\"")]).await.expect(200);
        // A condition that holds comes before the range.
        ask(&client, "GET", &path, &[("if-none-match", &etag), ("range", "bytes=0-1")]).await.expect(304);
    }
}

on_both! {
    async fn a_range_of_another_version_is_the_whole(world: World) {
        let (client, path, all) = planted(&world).await;
        let etag = text(&client.get(&path).await, "etag").unwrap().to_owned();
        let reply = ask(&client, "GET", &path, &[("range", "bytes=0-1"), ("if-range", &etag)]).await.expect(206);
        assert_eq!(reply.body, all[..2]);
        for other in ["\"other\"", "Wed, 21 Oct 2015 07:28:00 GMT", &format!("W/{etag}")] {
            let reply = ask(&client, "GET", &path, &[("range", "bytes=0-1"), ("if-range", other)]).await.expect(200);
            assert!(reply.body == all, "{other}");
        }
    }
}

on_both! {
    async fn every_part_has_its_type(world: World) {
        let owner = world.client().join("owner").await;
        let id = world.plant(&owner, b"the rendition").await;
        for (part, kind, disposition, body) in [
            ("video.mp4", "video/mp4", None, &b"the rendition"[..]),
            ("cover.jpg", "image/jpeg", None, b"\xff\xd8 a cover"),
            ("download.mp4", "video/mp4", Some("attachment; filename=\"video.mp4\""), b"the rendition"),
            ("original", "application/octet-stream", Some("attachment; filename=\"original\""), b"the original"),
        ] {
            let reply = owner.get(&format!("/media/{id}/{part}")).await.expect(200);
            assert_eq!(text(&reply, "content-type"), Some(kind), "{part}");
            assert_eq!(text(&reply, "content-disposition"), disposition, "{part}");
            assert_eq!(text(&reply, "cache-control"), Some("private, no-cache"), "{part}");
            assert_eq!(reply.body, body, "{part}");
        }
        let tag = async |part: &str| text(&owner.get(&format!("/media/{id}/{part}")).await, "etag").unwrap().to_owned();
        assert_ne!(tag("video.mp4").await, tag("cover.jpg").await);
        assert_ne!(tag("video.mp4").await, tag("original").await);
    }
}

on_both! {
    async fn an_empty_object_is_empty(world: World) {
        let owner = world.client().join("owner").await;
        let path = format!("/media/{}/video.mp4", world.plant(&owner, b"").await);
        assert!(owner.get(&path).await.expect(200).body.is_empty());
        owner.get_range(&path, "bytes=0-").await.expect(416);
    }
}

//! The words for videos.

words! {
    /// Who may see a video.
    Audience {
        /// Everyone, with or without an account. Where the account is private, its followers.
        Everyone = 0, "everyone";
        /// Those whose follow the owner has accepted.
        Followers = 1, "followers";
        /// Those who follow the owner and whom the owner follows.
        Friends = 2, "friends";
        /// Its owner alone.
        OnlyMe = 3, "only_me";
    }
}

words! {
    /// From whom something is taken: comments, messages.
    Circle {
        /// Everyone who has an account.
        Everyone = 0, "everyone";
        /// Those whose follow was accepted.
        Followers = 1, "followers";
        /// Those who follow and are followed.
        Friends = 2, "friends";
        /// No one.
        NoOne = 3, "no_one";
    }
}

impl Circle {
    /// The smaller of two circles: each lies within the one before it.
    pub const fn narrower(self, other: Self) -> Self {
        if self.code() > other.code() { self } else { other }
    }
}

words! {
    /// How a landscape video becomes upright.
    Reframe {
        /// The whole picture on a blurred background.
        Fit = 0, "fit";
        /// The centre, cut out.
        Crop = 1, "crop";
        /// A window that moves with what matters, cut out; the whole picture where one window cannot hold that.
        Follow = 2, "follow";
    }
}

words! {
    /// How far a video has come.
    VideoState {
        /// Uploaded; its renditions are being made.
        Processing = 0, "processing";
        /// Can be watched.
        Ready = 1, "ready";
        /// Could not be made; its failure says why.
        Failed = 2, "failed";
        /// Its owner took it away; its rows and blobs are going.
        Removing = 3, "removing";
    }
}

words! {
    /// How far an edit of a video is, while what was made before is still seen.
    Editing {
        /// There is none.
        None = 0, "none";
        /// It is being made.
        Rendering = 1, "rendering";
        /// It could not be made.
        Failed = 2, "failed";
    }
}

words! {
    /// What a sealed object holds.
    BlobKind {
        /// The file as it was uploaded.
        Original = 0, "original";
        /// The upright H.264 rendition, at most 720 wide.
        Rendition = 1, "rendition";
        /// The cover picture.
        Cover = 2, "cover";
        /// The rendition with the sound of another video in the place of its own.
        Mix = 3, "mix";
        /// The archive of everything, for its owner to take along.
        Takeout = 4, "takeout";
        /// An archive that its owner brought, until what is in it is here.
        Import = 5, "import";
        /// A piece of a file that is uploaded bit by bit, until the whole is here.
        Part = 6, "part";
        /// The rendition again, at most 480 wide.
        Small = 7, "small";
        /// The rendition again, 1080 wide.
        Large = 8, "large";
        /// The rendition again, in AV1.
        Av1 = 9, "av1";
        /// The small rendition with the sound of another video in the place of its own.
        SmallMix = 10, "small_mix";
        /// The large rendition with the sound of another video in the place of its own.
        LargeMix = 11, "large_mix";
        /// The cover picture again, as AVIF.
        Avif = 12, "avif";
        /// A few seconds of the video, small and without sound.
        Preview = 13, "preview";
        /// A file that was added to a video, for pieces of it to be in what is made.
        Clip = 14, "clip";
    }
}

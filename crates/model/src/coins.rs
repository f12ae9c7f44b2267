//! The words for coins.

words! {
    /// Why somebody's coins became more or fewer.
    CoinMove {
        /// They were bought.
        Purchase = 0, "purchase";
        /// They were given to somebody.
        GiftSent = 1, "gift_sent";
        /// Somebody gave them.
        GiftReceived = 2, "gift_received";
        /// They were left when the person left.
        Forfeited = 3, "forfeited";
    }
}

words! {
    /// How far a purchase has come.
    PurchaseState {
        /// The payment service is not asked yet, or has not answered.
        Opening = 0, "opening";
        /// It can be paid.
        Open = 1, "open";
        /// It is paid, and the coins are there.
        Paid = 2, "paid";
        /// It was not paid.
        Closed = 3, "closed";
    }
}

//! What happens without being asked: outbox, key rotation, sweeping.

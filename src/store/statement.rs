//! One SQL text for two databases: binding by number, reading by name of the field.
use rusqlite::{Statement, ToSql};

/// A statement's text. The two differ only where PostgreSQL must lock what SQLite's single writer already holds.
#[derive(Clone, Copy)]
pub struct Sql {
    pub sqlite: &'static str,
    pub postgres: &'static str,
}

/// `text!("…")` for both, `text!("…", for share)` where PostgreSQL must hold the row until the unit ends.
macro_rules! text {
    ($sql:literal, for share) => {
        $crate::store::statement::Sql { sqlite: $sql, postgres: concat!($sql, " for share") }
    };
    ($sql:expr) => {
        $crate::store::statement::Sql { sqlite: $sql, postgres: $sql }
    };
}
pub(crate) use text;

/// A row that both databases can read; columns in the order of the fields.
pub trait Row: Sized {
    fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<Self>;
}

macro_rules! row {
    ($(#[$meta:meta])* $vis:vis struct $name:ident { $($(#[$fmeta:meta])* $fvis:vis $field:ident: $ty:ty),* $(,)? }) => {
        $(#[$meta])*
        #[derive(sqlx::FromRow)]
        $vis struct $name { $($(#[$fmeta])* $fvis $field: $ty),* }
        impl $crate::store::statement::Row for $name {
            fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<Self> {
                Ok(Self { $($field: row.get(stringify!($field))?),* })
            }
        }
    };
}
pub(crate) use row;

/// Runs one statement in whichever database the unit of work is on.
macro_rules! run {
    ($tx:expr, execute, $sql:expr $(, $value:expr)* $(,)?) => {
        match &mut $tx.work {
            $crate::store::Work::Sqlite(unit) => unit.execute($sql.sqlite, &[$(&$value),*]),
            $crate::store::Work::Postgres(tx) => {
                let query = sqlx::query($sql.postgres)$(.bind($value))*;
                query.execute(&mut **tx).await.map(|done| done.rows_affected()).map_err(StoreError::from)
            }
        }
    };
    ($tx:expr, fetch::<$row:ty>, $sql:expr $(, $value:expr)* $(,)?) => {
        match &mut $tx.work {
            $crate::store::Work::Sqlite(unit) => unit.fetch::<$row>($sql.sqlite, &[$(&$value),*]),
            $crate::store::Work::Postgres(tx) => {
                let query = sqlx::query_as::<_, $row>($sql.postgres)$(.bind($value))*;
                query.fetch_all(&mut **tx).await.map_err(StoreError::from)
            }
        }
    };
}
pub(crate) use run;

/// SQLite numbers `$2` by first appearance, PostgreSQL by its digit. Binding by name makes them agree.
pub(super) fn bind(statement: &mut Statement<'_>, values: &[&dyn ToSql]) -> rusqlite::Result<()> {
    const NAMES: [&str; 32] = [
        "$1", "$2", "$3", "$4", "$5", "$6", "$7", "$8", "$9", "$10", "$11", "$12", "$13", "$14", "$15", "$16", "$17",
        "$18", "$19", "$20", "$21", "$22", "$23", "$24", "$25", "$26", "$27", "$28", "$29", "$30", "$31", "$32",
    ];
    if values.len() != statement.parameter_count() {
        return Err(rusqlite::Error::InvalidParameterCount(values.len(), statement.parameter_count()));
    }
    for (name, value) in NAMES.iter().zip(values) {
        let index =
            statement.parameter_index(name)?.ok_or_else(|| rusqlite::Error::InvalidParameterName((*name).into()))?;
        statement.raw_bind_parameter(index, value)?;
    }
    Ok(())
}

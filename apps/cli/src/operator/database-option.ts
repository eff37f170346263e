/** What `--database` takes, as help says it. Apart, because help loads no database. */
export const DATABASE_HELP = "the backend's databaseFile or databaseUrlFile";

const { Client } = require("pg");

async function main() {
  for (const name of ["DIRECT_URL", "DATABASE_URL"]) {
    const client = new Client({ connectionString: process.env[name] });
    await client.connect();
    const { rows } = await client.query("SELECT current_database() AS name");
    console.log(rows[0].name);
    await client.end();
  }
}

main();

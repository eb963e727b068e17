const { PrismaPg } = require("@prisma/adapter-pg");
const { PrismaClient } = require("./generated");

async function main() {
  for (const name of ["DIRECT_URL", "DATABASE_URL"]) {
    const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString: process.env[name] }) });
    await prisma.user.create({ data: { email: name } });
    await prisma.$transaction([prisma.user.count(), prisma.user.findMany()]);
    await prisma.$disconnect();
  }
}

main();

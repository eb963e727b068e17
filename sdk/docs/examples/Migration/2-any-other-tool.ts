import * as prisma from "pulumi-prisma";

const shop = new prisma.Project("shop");
const orders = new prisma.Database("orders", { projectId: shop.id });
export const schema = new prisma.Migration("schema", {
    directUrl: orders.directUrl,
    command: ["npx", "drizzle-kit", "migrate"],
    paths: ["drizzle"],
});

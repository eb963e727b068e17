import * as prisma from "pulumi-prisma";

const shop = new prisma.Project("shop");
const orders = new prisma.Database("orders", { projectId: shop.id });
export const databaseUrl = new prisma.EnvironmentVariable("database-url", {
    projectId: shop.id,
    key: "ORDERS_DATABASE_URL",
    value: orders.databaseUrl,
    variableClass: "preview",
});

import * as prisma from "pulumi-prisma";

const shop = new prisma.Project("shop");
const orders = new prisma.Database("orders", { projectId: shop.id });
export const copy = new prisma.Database("copy", {
    projectId: shop.id,
    source: { type: "database", databaseId: orders.id },
});

import * as prisma from "pulumi-prisma";

const shop = new prisma.Project("shop");
const orders = new prisma.Database("orders", { projectId: shop.id });
export const restored = new prisma.Restore("restored", {
    databaseId: orders.id,
    backupId: "bkp_1", // getBackups lists them
    confirmDatabaseName: "orders",
});

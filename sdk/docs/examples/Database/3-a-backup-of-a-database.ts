import * as prisma from "pulumi-prisma";

const shop = new prisma.Project("shop");
const orders = new prisma.Database("orders", { projectId: shop.id });
export const fromBackup = new prisma.Database("from-backup", {
    projectId: shop.id,
    source: { type: "backup", databaseId: orders.id, backupId: "bkp_1" }, // getBackups lists them
});

using Pulumi;
using Prisma = Pulumi.Prisma;

return await Deployment.RunAsync(() =>
{
    var shop = new Prisma.Project("shop");
    var orders = new Prisma.Database("orders", new() { ProjectId = shop.Id });
    var schema = new Prisma.Migration("schema", new()
    {
        DirectUrl = orders.DirectUrl,
        Command = new[] { "npx", "drizzle-kit", "migrate" },
        Paths = new[] { "drizzle" },
    });
});

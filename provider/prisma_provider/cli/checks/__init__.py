"""What `pulumi-prisma doctor` looks at: this machine, then the service. No check raises, and none shows a secret."""

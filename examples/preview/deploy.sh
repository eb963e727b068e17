# Hands DATABASE_URL to the application. It stands for your own tool, and only connects. Some others:
#   printf %s "$DATABASE_URL" | vercel env add DATABASE_URL preview "$GITHUB_HEAD_REF" --force
#   printf 'DATABASE_URL=%s' "$DATABASE_URL" | fly secrets import --app "shop-$STACK"
#   kubectl create secret generic "db-$STACK" --from-literal=DATABASE_URL="$DATABASE_URL" --dry-run=client -o yaml | kubectl apply -f -
# It must not be printed, and not be handed on as an output of the job: GitHub drops outputs that hold a secret. Another
# job asks the stack again: pulumi stack output database_url --show-secrets
set -euo pipefail
python -c 'import os, psycopg; psycopg.connect(os.environ["DATABASE_URL"]).close()'
echo "the application can connect"

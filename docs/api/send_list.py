"""Send a list of consents without a heading through the API, a thousand at a time, and say what became of them.

python send_list.py https://iys.example 123456 123456 USER PASSWORD headerless.csv
"""
import collections, csv, itertools, json, sys, time, urllib.request

FIELDS = ("type", "source", "recipient", "status", "consentDate", "recipientType")
host, provider, brand, user, password, path = sys.argv[1:7]

def call(address, body=None, token=""):
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(host + address, data, headers)) as answer:
        return json.load(answer)

token = call("/oauth2/token", {"grant_type": "password", "username": user, "password": password})["access_token"]
batches = f"/v2/sps/{provider}/brands/{brand}/consents/request"
counts: collections.Counter = collections.Counter()
with open(path, encoding="utf-8-sig", newline="") as file:
    rows = iter([dict(zip(FIELDS, row)) for row in csv.reader(file) if row])
while batch := list(itertools.islice(rows, 1000)):
    number = call(batches, batch, token)["requestId"]
    while any(one["status"] == "enqueue" for one in call(f"{batches}/{number}", token=token)):
        time.sleep(1)
    results = call(f"{batches}/{number}", token=token)
    counts.update(one.get("error", {}).get("code", "success") for one in results)
for what, count in counts.most_common():
    print(what, count)

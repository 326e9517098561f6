"""Mail kept in memory."""

from flask import Flask, render_template_string
from flask_mailman import EmailMessage, EmailMultiAlternatives, Mail

app = Flask(__name__)
app.config.update(MAIL_BACKEND="locmem", MAIL_DEFAULT_SENDER="me@example.com", TESTING=True)
mail = Mail(app)


@app.post("/one")
def one():
    return {
        "sent": EmailMessage(
            "Hello", render_template_string("Dear {{ n }}", n="Ada"), to=["ada@example.com"]
        ).send()
    }


@app.post("/two")
async def two():
    message = EmailMultiAlternatives("Hello", "plain", to=["eve@example.com"])
    message.attach_alternative("<b>rich</b>", "text/html")
    message.attach("a.txt", b"content", "text/plain")
    return {"sent": message.send()}


@app.post("/three")
def three():
    return {"sent": mail.send_mail("s", "m", None, ["a@example.com", "b@example.com"])}


def visit(client):
    for path in ("/one", "/two", "/three"):
        yield client.post(path)
    yield [[m.subject, m.body, m.to, m.from_email, len(m.attachments)] for m in mail.outbox]

"""All that only a demo serves."""

from app.http.docs.demo_forms import demo_forms_blueprint
from app.http.docs.demo_mails import demo_mails_blueprint
from app.http.docs.stand_ins import stand_ins_blueprint

DEMO_BLUEPRINTS = demo_forms_blueprint, demo_mails_blueprint, stand_ins_blueprint

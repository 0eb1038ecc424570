// telegram-test-api on a free port, for python-telegram-bot. Mended on the way, and nothing else: getMe must say that the
// bot is one; an empty getUpdates is held for a moment, as Telegram does; options that come as JSON go back as objects;
// dates are seconds; a press has a chat_instance.
'use strict';

const express = require('express');
const TelegramServer = require('telegram-test-api');

const HELD_MS = 300;
const STEP_MS = 10;

const fake = new TelegramServer({ storeTimeout: 600 });
const app = express();

const addBotMessage = fake.addBotMessage.bind(fake);
fake.addBotMessage = (...message) => {
  const added = addBotMessage(...message);
  return { ...added, date: Math.floor(added.date / 1000) };
};

app.all('/bot:token/getMe', (request, response) => {
  response.json({ ok: true, result: { id: 666, is_bot: true, first_name: 'Test', username: 'TestNameBot' } });
});

app.all('/bot:token/getUpdates', (request, response) => {
  const until = Date.now() + HELD_MS;
  const answer = () => {
    const result = fake.getUpdates(request.params.token);
    for (const update of result) if (update.callback_query) update.callback_query.chat_instance = '1';
    if (result.length || Date.now() > until) response.json({ ok: true, result });
    else setTimeout(answer, STEP_MS);
  };
  answer();
});

app.use(express.urlencoded({ extended: true }));
app.use((request, response, next) => {
  for (const name of ['link_preview_options', 'reply_parameters']) {
    if (request.body && typeof request.body[name] === 'string') request.body[name] = JSON.parse(request.body[name]);
  }
  next();
});

app.use(fake.webServer);

const server = app.listen(0, '127.0.0.1', () => console.log(server.address().port));
process.stdin.on('end', () => process.exit(0)).resume(); // whoever started us has gone

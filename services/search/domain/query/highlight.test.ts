import { expect, test } from 'bun:test';
import { highlight } from './highlight.ts';

test.each([
  ['metallica', 'Metallica live', '<em>Metallica</em> live'],
  ['metalica', 'Metallica live', '<em>Metallica</em> live'],
  ['meta', 'Metallica live', '<em>Metallica</em> live'],
  ['emtallica', 'Metallica live', '<em>Metallica</em> live'],
  ['bjork', 'Björk & friends', '<em>Björk</em> &amp; friends'],
  ['bjo\u0308rk', 'Bjo\u0308rk', '<em>Bjo\u0308rk</em>'],
  ['oconnor', "Sinéad O'Connor", 'Sinéad <em>O&#39;Connor</em>'],
  ['script', '<script>x</script>', '&lt;<em>script</em>&gt;x&lt;/<em>script</em>&gt;'],
  ['東京', 'ジャズ東京祭', 'ジャズ<em>東京</em>祭'],
  ['東京祭', 'ジャズ東京祭', 'ジャズ<em>東京祭</em>'],
  ['xylophone', 'Say "no"', 'Say &quot;no&quot;'],
  ['', 'Opera', 'Opera'],
  ['kesha', 'Ke$ha & friends', '<em>Ke$ha</em> &amp; friends'],
  ['ke$ha', 'An evening with Ke$ha!', 'An evening with <em>Ke$ha</em>!'],
  ['pink', '“P!nk”', '“<em>P!nk</em>”'],
  ['korn', 'KoЯn', '<em>KoЯn</em>'],
  ['asap', 'A$AP Rocky', '<em>A$AP</em> Rocky'],
  ['acdc', 'AC/DC live', '<em>AC/DC</em> live'],
  ['ac/dc', 'AC/DC live', '<em>AC/DC</em> live'],
  ['rem', 'R.E.M. in Rome', '<em>R.E.M</em>. in Rome'],
  ['cold play', 'Coldplay', '<em>Coldplay</em>'],
  ['ladygaga', 'Lady Gaga <i>', '<em>Lady Gaga</em> &lt;i&gt;'],
  ['!!!', '!!! (chk)', '<em>!!!</em> (chk)'],
  ['!!!', 'Wow!!!', 'Wow!!!'],
  ['munchen', 'Live in München', 'Live in <em>München</em>'],
  ['muenchen', 'Live in München', 'Live in <em>München</em>'],
  ['munich', 'Live in München', 'Live in <em>München</em>'],
  ['nueva york', 'New York <Giants>', '<em>New York</em> &lt;Giants&gt;'],
  ['script', '$cript <script>', '<em>$cript</em> &lt;<em>script</em>&gt;'],
])('%s in %s', (text, name, expected) => expect(highlight({ name, performers: [] }, text).name).toBe(expected));

test('the performers are marked each', () => {
  const { performers } = highlight({ name: '', performers: ['Anna Lark', 'The <b>Larks</b>'] }, 'lark');
  expect(performers).toEqual(['Anna <em>Lark</em>', 'The &lt;b&gt;<em>Larks</em>&lt;/b&gt;']);
});

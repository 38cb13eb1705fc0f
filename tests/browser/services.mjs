// Two services of others as an administrator would declare them, in every language.
const order = ['en', 'fr', 'ar', 'de', 'es', 'it', 'nl', 'pt', 'ca', 'eu', 'sv']
const texts = (...said) => Object.fromEntries(order.map((lang, i) => [lang, said[i]]))
const when = texts('After you agreed.', 'Après votre accord.', 'بعد موافقتك.', 'Nachdem Sie zugestimmt haben.', 'Después de que usted lo acepte.', 'Dopo che lei ha dato il consenso.',
	'Nadat u hebt ingestemd.', 'Depois de você concordar.', 'Després que hi doneu el consentiment.', 'Zuk baimena eman ondoren.', 'Efter att du har samtyckt.')
const sent = texts('Your address and the page you read.', 'Votre adresse et la page lue.', 'عنوانك والصفحة التي تقرؤها.', 'Ihre Adresse und die Seite, die Sie lesen.', 'Su dirección y la página que lee.',
	'Il suo indirizzo e la pagina che legge.', 'Uw adres en de pagina die u leest.', 'O seu endereço e a página que lê.', 'La vostra adreça i la pàgina que llegiu.', 'Zure helbidea eta irakurtzen duzun orria.',
	'Din adress och sidan som du läser.')
const counting = texts('Counting of visits by a company.', 'Comptage des visites par une société.', 'إحصاء الزيارات لدى شركة.', 'Zählung der Besuche durch eine Firma.', 'Recuento de las visitas por una empresa.',
	'Conteggio delle visite da parte di una società.', 'Tellen van de bezoeken door een bedrijf.', 'Contagem das visitas por uma empresa.', 'Recompte de les visites per una empresa.', 'Bisiten zenbaketa enpresa batek egina.',
	'Räkning av besök som görs av ett företag.')
const videos = texts('Showing videos of the portal.', 'Affichage des vidéos du portail.', 'عرض مقاطع فيديو البوابة.', 'Anzeige der Videos des Portals.', 'Mostrar los vídeos del portal.',
	'Mostrare i video del portale.', 'Tonen van de video’s van het portaal.', 'Mostrar os vídeos do portal.', 'Mostrar els vídeos del portal.', 'Atariaren bideoak erakustea.', 'Visning av videor från portalen.')
const item = (service, name, purpose, more = {}) => ({
	id: `${service}.${name.replace(/^[._]+|[._]+$/g, '').toLowerCase()}`, service, kind: 'cookie', name, match: 'exact', party: 'third', function: purpose, purpose,
	set_when: when, location: ['front'], lifetime: { type: 'persistent', seconds: 15552000, refreshed: 'never' }, ...more,
})

// Texts are given in the languages of a portal and in no others.
const only = (thing, languages) => {
	if (Array.isArray(thing)) return thing.map(one => only(one, languages))
	if (!thing || typeof thing !== 'object') return thing
	return Object.fromEntries(Object.entries(thing).filter(([name]) => !(thing.en && thing.fr) || languages.includes(name)).map(([name, value]) => [name, only(value, languages)]))
}

export const servicesIn = (languages, host) => only({
	host,
	registry: {
		services: [
			{ id: 'matomo', name: 'Matomo', category: 'statistical', legal_basis: 'consent', loads: 'tag', provider: { name: 'Count Ltd', country: 'FR', url: 'https://count.example' },
				purpose: counting, data_sent: sent, policy_url: 'https://count.example/privacy', retention: '13 months',
				origins: { script: ['https://stats.count.example'], img: ['https://stats.count.example'], connect: ['https://stats.count.example'] },
				tag: { url: 'https://stats.count.example/', site: '7' } },
			{ id: 'youtube', name: 'YouTube', category: 'third_party', legal_basis: 'consent', loads: 'embed',
				provider: { name: 'Google Ireland', country: 'IE', url: 'https://www.youtube.com' }, purpose: videos, data_sent: sent,
				policy_url: 'https://policies.google.com/privacy', retention: '18 months', transfer: 'United States: adequacy decision',
				origins: { frame: ['https://www.youtube-nocookie.com', 'https://www.youtube.com'] } },
		],
		items: [item('matomo', '_pk_id.', counting, { match: 'prefix' }), item('matomo', 'matomo_seen', counting, { kind: 'local_storage' }), item('youtube', 'VISITOR_INFO1_LIVE', videos)],
	},
}, languages)

export const services = host => servicesIn(['en', 'fr', 'ar'], host)
